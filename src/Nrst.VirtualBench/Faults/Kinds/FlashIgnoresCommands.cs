namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashIgnoresCommands : FaultKind
{
    public override string Name => "flash-ignores-commands";

    public override string Description => "The flash takes erase and program commands, and does nothing.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Flash = board.Chip.Flash with { IgnoresCommands = true } };
}
