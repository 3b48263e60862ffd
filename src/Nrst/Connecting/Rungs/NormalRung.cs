using Nrst.Arm;

namespace Nrst.Connecting.Rungs;

/// <summary>Attaches, asks the chip to reset itself (SYSRESETREQ), and catches the core before its first instruction.</summary>
internal sealed class NormalRung : ConnectRung
{
    public override string Name => "normal";

    public override bool NeedsAnAnswer => true;

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(tools.Wish);
        tools.Probe.Attach();
        var (core, port) = tools.AttachToCore();
        core.Reset(ResetKind.System, halt: true);
        return new Contact(core, port, tools.Identify(port, core.Identity.Cpuid)) { Rest = AtRest.Reset };
    }
}
