namespace Nrst.VirtualBench;

/// <summary>The bench's one clock: nanoseconds since the board was powered. It only moves when something on the bench takes time.</summary>
public sealed class VirtualClock : IClock
{
    public long Nanoseconds { get; private set; }

    public TimeSpan Now => TimeSpan.FromTicks(Nanoseconds / 100);

    public void Wait(TimeSpan time) => Advance(time.Ticks * 100);

    public void Advance(long nanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(nanoseconds);
        Nanoseconds += nanoseconds;
    }
}
