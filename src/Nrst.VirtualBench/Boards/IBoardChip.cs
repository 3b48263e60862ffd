using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;

namespace Nrst.VirtualBench.Boards;

/// <summary>A chip that a board can power up, and put away with what does not need power to last.</summary>
internal interface IBoardChip : IChip
{
    void PowerOn(long now);

    /// <summary>Gets what its faults have written into it before it came to the bench. Once, to a chip that was never used.</summary>
    void Bear(IReadOnlyList<Fault> faults)
    {
    }

    /// <summary>A program that does nothing for a flash that is still blank.</summary>
    void Occupy()
    {
    }

    /// <summary>Gets what its faults have done to it since its supply came up.</summary>
    void Leave(IReadOnlyList<Fault> faults, long now)
    {
    }

    /// <summary>Cells that an erase has left between both states: first byte and number.</summary>
    IReadOnlyList<uint[]> Marginal { get => []; set { } }

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
