using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Boards;

/// <summary>A chip that a board can power up, and put away with what does not need power to last.</summary>
internal interface IBoardChip : IChip
{
    void PowerOn(long now);

    /// <summary>The board holds BOOT0 at a level; the next reset looks at it.</summary>
    void DriveBoot0(bool high)
    {
    }

    /// <summary>VDD falls; what needs power is lost.</summary>
    void PowerOff(long now)
    {
    }

    /// <summary>The bootloader in the ROM; null where nobody knows what is in there.</summary>
    Rom.RomLoader? Loader => null;

    /// <summary>Flash, option bytes, one-time programmable bytes.</summary>
    byte[] Save();

    /// <summary>Takes back what <see cref="Save"/> gave. A <see cref="FormatException"/> where it is not that.</summary>
    void Load(ReadOnlySpan<byte> saved);

    ChipTimes Times { get; }

    /// <summary>Null for silicon whose USARTs lead nowhere.</summary>
    IUsartPins? Usarts => null;
}

/// <summary>What the chip did while the probe talked, in nanoseconds. These overlap with the time of probe and host.</summary>
internal readonly record struct ChipTimes(long Core, long FlashErase, long FlashProgram);
