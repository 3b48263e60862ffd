namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NrstHeldLow : FaultKind
{
    public override string Name => "nrst-held-low";

    public override string Description => "Something on the board pulls NRST low and never lets go.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Reset = board.Chip.Reset with { IsShorted = true } };
}
