namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashStuckBit : FaultKind
{
    public override string Name => "flash-stuck-bit";

    public override string Argument => "ADDRESS";

    public override string Description => "The word of the flash at this address cannot be programmed any more.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Flash = board.Chip.Flash with { StuckWords = [.. board.Chip.Flash.StuckWords, new Address(argument)] } };
}
