namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashWeakErase : FaultKind
{
    public override string Name => "flash-weak-erase";

    public override string Argument => "SECTOR";

    public override string Description => "This sector is worn: some of its bits stay 0 after an erase.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Flash = board.Chip.Flash with { WeakUnits = [.. board.Chip.Flash.WeakUnits, (int)argument] } };
}
