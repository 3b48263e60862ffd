namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class VddaUnconnected : FaultKind
{
    public override string Name => "vdda-unconnected";

    public override string Description => "VDDA or VSSA is not connected: the reset circuit has no supply, and what the pins leak in is gone with the first access that draws current.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Device.Series is "STM32G0" or "STM32C0" ? $"On the {site.Device.Series} VDDA and VDD are one pin." : null;

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Supply = board.Chip.Supply with { HasAnalogSupply = false } };
}
