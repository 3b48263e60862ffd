using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareWatchdog : FirmwareFault
{
    public override string Name => "firmware-watchdog";

    public override string Description => "The program runs under the independent watchdog: a core that stands still for 40 ms is reset.";

    internal override string Needs => "An independent watchdog.";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
    {
        if (chip.Series.Blocks.OfType<IwdgBlock>().FirstOrDefault() is not { } iwdg)
        {
            return null;
        }

        // 32 kHz divided by 4: 320 counts are 40 ms.
        program.Set(iwdg.At, 0xCCCC).Set(iwdg.At, 0x5555).Set(iwdg.At + 4, 0).Set(iwdg.At + 8, 320).Set(iwdg.At, 0xAAAA);
        var loop = program.Here;
        return program.Delay(chip.Turns(2)).Set(iwdg.At, 0xAAAA).Branch(loop);
    }
}
