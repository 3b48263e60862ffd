using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips;

// What somebody who writes a program for this chip finds in its manual.
internal sealed partial class Stm32Chip
{
    /// <summary>The table of the series, for whoever writes a program.</summary>
    public SeriesDescription Series => series;

    public uint FlashStart => device.Flash.Start.Value;

    public DebugMcu DebugMcu => debugMcu;

    /// <summary>HCLK after a reset.</summary>
    public long ResetHertz => device.ResetHertz;

    /// <summary>A system reset that somebody asked for a moment ago.</summary>
    public void Restart(long now)
    {
        RunUntil(now);
        Reset(ResetSource.Software, now);
    }

    /// <summary>The flash controller's registers.</summary>
    public uint FlashController => device.Flash.Controller.Value;

    /// <summary>The first byte of the RAM that stacks and loaders lie in.</summary>
    public uint RamStart => bus.SramStart;

    /// <summary>A stack above the first KiB, which is left to others.</summary>
    public uint StackTop => bus.SramStart + Math.Min((uint)bus.Sram.Length, 0x1000);

    /// <summary>The address of an RCC register by its offset.</summary>
    public uint RccRegister(uint offset) => series.Rcc.At + offset;

    /// <summary>Writes a program into the cells as it came out of an earlier session.</summary>
    public void Flashed(ReadOnlySpan<byte> image, uint offset = 0) => image.CopyTo(Flash[(int)offset..]);
}
