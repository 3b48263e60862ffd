using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class EmptyCheckStale : FaultKind
{
    public override string Name => "empty-check-stale";

    public override string Description => "The flash was blank at power-on and has been programmed since: the chip still takes it for empty and starts its bootloader.";

    internal override string Needs => "A chip that looks at power-on whether its flash is empty (L4 but the first, G0, C0, U0, WB, WL).";

    internal override bool NeedsPowerToLast => true;

    internal override bool Runs => true;

    internal override bool Bear(Stm32Chip chip, uint argument)
    {
        chip.Flashed(Programs.Idle(chip).Image());
        return chip.FlashModel.LeaveEmptyFlag();
    }

    internal override void Leave(Stm32Chip chip, uint argument, long now)
    {
        chip.FlashModel.LeaveEmptyFlag();
        chip.Restart(now);
    }
}
