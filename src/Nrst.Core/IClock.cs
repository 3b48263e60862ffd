using System.Diagnostics;

namespace Nrst;

/// <summary>Time, measured and waited out. Virtual on the bench, so no test ever sleeps.</summary>
public interface IClock
{
    TimeSpan Now { get; }
    void Wait(TimeSpan time);
}

/// <summary>The host's own monotonic time, for probes that are really there.</summary>
public sealed class SystemClock : IClock
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    public void Wait(TimeSpan time) => Thread.Sleep(time);
}
