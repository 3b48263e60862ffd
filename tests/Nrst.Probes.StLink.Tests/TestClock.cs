namespace Nrst.Probes.StLink.Tests;

internal sealed class TestClock : IClock
{
    public TimeSpan Now { get; private set; }

    public void Wait(TimeSpan time) => Now += time;
}
