using Nrst.Arm;

namespace Nrst.Connecting.Rungs;

/// <summary>
/// Attaches and resets the core alone (VECTRESET), for boards on which something holds the reset line. Where the core has no such reset it is
/// halted where it is.
/// </summary>
internal sealed class CoreResetRung : ConnectRung
{
    public override string Name => "core-reset";

    public override bool NeedsAnAnswer => true;

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(tools.Wish);
        tools.Probe.Attach();
        var (core, port) = tools.AttachToCore();
        if (core.Identity.HasVectReset)
        {
            core.Reset(ResetKind.Core, halt: true);
        }
        else
        {
            core.Halt();
        }

        return new Contact(core, port, tools.Identify(port, core.Identity.Cpuid)) { Rest = AtRest.CoreOnly };
    }
}
