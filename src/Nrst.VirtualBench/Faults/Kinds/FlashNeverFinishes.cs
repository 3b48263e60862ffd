namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashNeverFinishes : FaultKind
{
    public override string Name => "flash-never-finishes";

    public override string Description => "An erase or a program operation, once started, stays busy until a reset.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Flash = board.Chip.Flash with { NeverFinishes = true } };
}
