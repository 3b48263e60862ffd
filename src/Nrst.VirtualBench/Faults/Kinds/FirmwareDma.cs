using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareDma : FirmwareFault
{
    public override string Name => "firmware-dma";

    public override string Description => "A DMA channel that the program has started keeps writing into the first KiB of RAM, halted core or not.";

    internal override string Needs => "A DMA controller with channels or streams; the GPDMA of the later lines is not modelled.";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
    {
        var (dma, timer) = (chip.Series.Blocks.OfType<DmaBlock>().FirstOrDefault(), chip.Series.Blocks.OfType<TimerBlock>().FirstOrDefault());
        if (dma is not { Enable: { } clock } || timer is not { Enable: { } timerClock })
        {
            return null;
        }

        var (channel, control) = dma.HasStreams ? (dma.At + 0x10, StreamRound) : (dma.At + 0x08, ChannelRound);
        program
            .Change(chip.RccRegister(timerClock.Register), 1u << timerClock.Bit)
            .Change(chip.RccRegister(clock.Register), 1u << clock.Bit)
            .Set(timer.At, 1)
            .Set(channel + 4, 256)
            .Set(channel + 8, timer.At + CNT)
            .Set(channel + 12, Target(chip))
            .Set(channel, control);
        var loop = program.Here;
        return program.Branch(loop);
    }

    private const uint CNT = 0x24;

    // Enabled, circular, words, counting through memory.
    private const uint ChannelRound = 1 | 1 << 5 | 1 << 7 | 2 << 8 | 2 << 10, StreamRound = 1 | 1 << 8 | 1 << 10 | 2 << 11 | 2 << 13;

    /// <summary>Where a loader would be put; the DTCM of an H7 is out of reach for its DMA.</summary>
    private static uint Target(Stm32Chip chip) => chip.Part.Ram
        .First(ram => ram.Executes && !(ram.Range.Start.Value == 0x2000_0000 && chip.Series.Name.StartsWith("STM32H7", StringComparison.Ordinal))).Range.Start.Value;
}
