namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class BrownOutWhileProgramming : FaultKind
{
    public override string Name => "brown-out-while-programming";

    public override string Argument => "MILLIVOLTS";

    public override string Description => "VDD falls to this as soon as the charge pump of the flash has drawn current for half a millisecond; below 1.7 V the brown-out reset strikes.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        argument is > 0 and < 3300 ? null : "A supply that falls is below 3300 mV.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Supply = board.Chip.Supply with { SagVolts = argument / 1000.0 } };
}
