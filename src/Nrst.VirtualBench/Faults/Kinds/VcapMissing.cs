namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class VcapMissing : FaultKind
{
    public override string Name => "vcap-missing";

    public override string Description => "The capacitor of the core regulator is missing: quick accesses to the flash now and then read a one as a zero, and a running core disturbs SWD above 8 MHz.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Device.Series is "STM32F2" or "STM32F4" or "STM32F7" or "STM32H5" or "STM32H7" or "STM32H7RS"
            ? null : $"The core regulator of an {site.Device.Series} has no pin for a capacitor.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Supply = board.Chip.Supply with { HasCoreCapacitor = false } };
}
