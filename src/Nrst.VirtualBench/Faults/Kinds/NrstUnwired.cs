namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NrstUnwired : FaultKind
{
    public override string Name => "nrst-unwired";

    public override string Description => "The probe's reset wire does not reach the chip.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Reset = board.Chip.Reset with { ProbeIsUnwired = true } };
}
