namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class PdrOnLow : FaultKind
{
    public override string Name => "pdr-on-low";

    public override string Description => "PDR_ON is low and no supervisor takes the place of the power-down reset: the chip never starts.";

    private static readonly string[] s_lines = ["STM32F2", "STM32F4", "STM32F7", "STM32H7"];

    /// <summary>PDR_ON has a pin on packages of 144 and more, whose letters these are.</summary>
    private const string Packages = "ZIBNXA";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        s_lines.Contains(site.Device.Series) && Packages.Contains(site.Part.Name[^2], StringComparison.Ordinal)
            ? null
            : $"The {site.Part.Name} has no pin PDR_ON.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Supply = board.Chip.Supply with { PowerDownResetIsOff = true } };
}
