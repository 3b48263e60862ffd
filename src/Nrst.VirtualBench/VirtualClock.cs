namespace Nrst.VirtualBench;

/// <summary>What a stretch of virtual time was spent on.</summary>
internal enum TimeKind
{
    /// <summary>The host waited, or did something that is no transfer.</summary>
    Host,
    Usb,
    Swd,
}

/// <summary>The bench's one clock: nanoseconds since the board was powered. It only moves when something on the bench takes time.</summary>
public sealed class VirtualClock : IClock
{
    private readonly long[] _spent = new long[3];

    public long Nanoseconds { get; private set; }

    public TimeSpan Now => TimeSpan.FromTicks(Nanoseconds / 100);

    public void Wait(TimeSpan time) => Advance(time.Ticks * 100);

    public void Advance(long nanoseconds) => Advance(nanoseconds, TimeKind.Host);

    internal void Advance(long nanoseconds, TimeKind kind)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        Nanoseconds += nanoseconds;
        _spent[(int)kind] += nanoseconds;
    }

    /// <summary>Nanoseconds spent on one kind of thing since the board was opened.</summary>
    internal long Spent(TimeKind kind) => _spent[(int)kind];

    /// <summary>Sets the time a board was put away at. Nobody spends it.</summary>
    internal void Resume(long nanoseconds) => Nanoseconds = nanoseconds;
}
