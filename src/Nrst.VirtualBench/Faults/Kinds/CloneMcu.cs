namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class CloneMcu : FaultKind
{
    public override string Name => "clone-mcu";

    public override string Description => "The chip is a compatible one of another maker: its DPIDR, its ROM table and its revision say so.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Device.Series is "STM32F1" or "STM32F4" ? null : $"No compatible chip of the {site.Device.Series} is known.";

    /// <summary>What copies of the STM32F103 answer: the DPIDR of a later core, Arm's own code as designer.</summary>
    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with
    {
        Revision = 0x2003,
        Silicon = board.Chip.Silicon with { Dpidr = 0x2BA0_1477, RomTableId = (0x000B_B4C3, 4) },
    };
}
