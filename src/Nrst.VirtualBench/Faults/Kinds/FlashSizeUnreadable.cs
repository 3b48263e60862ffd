namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashSizeUnreadable : FaultKind
{
    public override string Name => "flash-size-unreadable";

    public override string Description => "The size register reads 0xFFFF.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Silicon = board.Chip.Silicon with { SizeRegister = 0xFFFF } };
}
