namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashSmaller : FaultKind
{
    public override string Name => "flash-smaller";

    public override string Description => "The size register promises twice the flash that there is.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Silicon = board.Chip.Silicon with { HasHalfTheFlash = true } };
}
