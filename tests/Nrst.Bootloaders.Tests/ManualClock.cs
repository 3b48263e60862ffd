namespace Nrst.Bootloaders.Tests;

/// <summary>Time that passes only where somebody waits.</summary>
internal sealed class ManualClock : IClock
{
    public TimeSpan Now { get; private set; }

    public void Wait(TimeSpan time) => Now += time;
}
