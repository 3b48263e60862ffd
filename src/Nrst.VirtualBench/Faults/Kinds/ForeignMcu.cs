namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class ForeignMcu : FaultKind
{
    public override string Name => "foreign-mcu";

    public override string Description => "The chip is no STM32 at all: the ROM table names another maker, and no peripheral is where it should be.";

    /// <summary>Nordic's code in JEP106, bank 3: 0x44.</summary>
    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with
    {
        Silicon = board.Chip.Silicon with { RomTableId = (0x000C_4006, 2), IsForeign = true },
    };
}
