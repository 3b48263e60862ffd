namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashIgnoresErase : FaultKind
{
    public override string Name => "flash-ignores-erase";

    public override string Description => "The flash takes erase commands, and does nothing; it programs as it should.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Flash = board.Chip.Flash with { IgnoresErases = true } };
}
