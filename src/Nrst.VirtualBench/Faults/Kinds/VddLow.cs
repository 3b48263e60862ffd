namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class VddLow : FaultKind
{
    public override string Name => "vdd-low";

    public override string Argument => "MILLIVOLTS";

    public override string Description => "VDD is this low: the debug port answers from 1.45 V on, the charge pump of the flash works from 1.65 V on.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        argument is > 0 and < 1800 ? null : "A low supply is below 1800 mV.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { SupplyVolts = argument / 1000.0 };
}
