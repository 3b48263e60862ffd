using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareRemapsSwd : FirmwareFault
{
    public override string Name => "firmware-remaps-swd";

    public override string Description => "The program makes GPIOs of PA13 and PA14 as soon as it has started.";

    internal override string Needs => "PA13 and PA14 as debug pins.";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
    {
        if (chip.Series.Blocks.OfType<GpioBlock>().FirstOrDefault(block => block.Port == 'A') is not { Enable: { } enable } port)
        {
            return null;
        }

        program.Delay(chip.Turns(1)).Change(chip.RccRegister(enable.Register), 1u << enable.Bit);
        return chip.Series.DebugPinsOff is { } off
            ? program.Change(chip.RccRegister(enable.Register), 1).Change(off.At, off.Value, off.Mask)
            : program.Change(port.At, OutputModes, DebugModes);
    }

    private const uint OutputModes = 0x1400_0000, DebugModes = 0x3C00_0000;

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Device.Series == "STM32WB0" ? "An STM32WB0 has its debug pins elsewhere, and the bench does not follow them." : null;
}
