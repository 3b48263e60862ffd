using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class DebugStateLeft : FaultKind
{
    public override string Name => "debug-state-left";

    public override string Description => "A debugger was pulled off: a breakpoint, vector catches and C_DEBUGEN are still set, and the core is stopped by them.";

    private const uint DHCSR = 0xE000_EDF0, DEMCR = 0xE000_EDFC, FP_CTRL = 0xE000_2000, FP_COMP0 = 0xE000_2008;

    internal override bool NeedsPowerToLast => true;

    internal override bool Runs => true;

    internal override bool Bear(Stm32Chip chip, uint argument)
    {
        chip.Flashed(Programs.Idle(chip).Image());
        return true;
    }

    internal override void Leave(Stm32Chip chip, uint argument, long now)
    {
        var at = Programs.IdleLoop(chip);
        var breakpoint = chip.Core.Traits.Breakpoints == BreakpointUnit.Fpb2 ? at | 1
            : (at & 0x1FFF_FFFC) | ((at & 2) == 0 ? 1u << 30 : 2u << 30) | 1;
        chip.Write(DHCSR, 4, 0xA05F_0001, ref now);
        chip.Write(DEMCR, 4, 0x0100_0400, ref now);
        chip.Write(FP_COMP0, 4, breakpoint, ref now);
        chip.Write(FP_CTRL, 4, 3, ref now);
    }
}
