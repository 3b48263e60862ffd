namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class VddHigh : FaultKind
{
    public override string Name => "vdd-high";

    public override string Argument => "MILLIVOLTS";

    public override string Description => "VDD is this high, and wanders: above 3.45 V the charge pump gives programs up with an error.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        argument is > 3450 and <= 4000 ? null : "A supply too high is above 3450 mV, and up to 4000 mV a chip may live.";

    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with
    {
        SupplyVolts = argument / 1000.0,
        Supply = board.Chip.Supply with { DriftVolts = 0.04 },
    };
}
