namespace Nrst.Usb.Capture;

/// <summary>The probe's clock as a capture can tell it again: it stands at the end of the last transfer, plus what was waited since.</summary>
/// <remarks>
/// What the host spends on thinking shows with the next transfer. On a virtual board that is nothing, and this clock is the
/// board's own; on a real one it is what makes a replay take the same decisions as the command that was captured.
/// </remarks>
internal sealed class TransferClock(IClock inner) : IClock
{
    private TimeSpan _now = inner.Now;

    public TimeSpan Now => _now;

    /// <summary>What the clock behind says at this moment, in nanoseconds.</summary>
    public long Nanoseconds => inner.Now.Ticks * TimeSpan.NanosecondsPerTick;

    public void Wait(TimeSpan time)
    {
        inner.Wait(time);
        _now += time;
    }

    /// <summary>A transfer has ended.</summary>
    public long Mark()
    {
        var now = Nanoseconds;
        _now = TimeSpan.FromTicks(Math.Max(_now.Ticks, now / TimeSpan.NanosecondsPerTick));
        return now;
    }
}

/// <summary>The same clock, told by a capture.</summary>
internal sealed class ReplayClock(long start) : IClock
{
    public TimeSpan Now { get; private set; } = TimeSpan.FromTicks(start / TimeSpan.NanosecondsPerTick);

    public void Wait(TimeSpan time) => Now += time;

    public void TransferEnded(long at) =>
        Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, at / TimeSpan.NanosecondsPerTick));
}
