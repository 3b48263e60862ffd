using Nrst.Arm;

namespace Nrst.Connecting.Rungs;

/// <summary>
/// Holds NRST low while attaching, and catches the core before its first instruction: for programs that switch the SWD pins, the debug port or
/// the clocks off.
/// </summary>
/// <param name="slowly">With a clock that any wiring carries; the user's is tried once the core is caught.</param>
internal sealed class UnderResetRung(bool slowly) : ConnectRung
{
    private const int SlowKilohertz = 480;

    public override string Name => slowly ? "under-reset-slow" : "under-reset";

    public override bool PullsReset => true;

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(slowly ? Math.Min(SlowKilohertz, tools.Wish) : tools.Wish);
        tools.Probe.Attach(underReset: true);
        var (core, port) = tools.AttachToCore(underReset: true);
        core.Reset(ResetKind.Pin, halt: true);
        var contact = new Contact(core, port, tools.Identify(port, core.Identity.Cpuid)) { Rest = AtRest.Reset };
        if (slowly)
        {
            SpeedUp(tools);
        }

        return contact;
    }

    private static void SpeedUp(RungTools tools)
    {
        var slow = tools.Kilohertz;
        tools.UseClock(tools.Wish);
        if (!WireCheck.IsCleanNow(tools.Probe))
        {
            tools.UseClock(slow);
        }
    }
}
