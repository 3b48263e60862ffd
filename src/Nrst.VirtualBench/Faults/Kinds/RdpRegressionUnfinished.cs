using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class RdpRegressionUnfinished : FaultKind
{
    public override string Name => "rdp-regression-unfinished";

    public override string Description => "The read-out protection was lifted, and the power not taken away since: the option byte says level 0, and every erase and program is refused.";

    internal override string Needs => "A flash whose options are loaded at power-on (L4, G0, G4, WB, WL, C0, U0).";

    internal override bool NeedsPowerToLast => true;

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.LeaveHalfOpened();

    internal override void Leave(Stm32Chip chip, uint argument, long now) => chip.FlashModel.LeaveHalfOpened();
}
