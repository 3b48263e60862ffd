namespace Nrst.Targets;

/// <summary>The flash controller of a device and the numbers a driver takes from data instead of from code.</summary>
/// <param name="Driver">Name of the controller generation: <c>stm32f4</c>. See <see cref="FlashDrivers"/>.</param>
/// <param name="Controllers">Base addresses of the FLASH registers, one for each bank that has a set of its own (STM32H7, F1 XL).</param>
/// <param name="Size">Where the chip says how much flash it has.</param>
/// <param name="ErasedValue">What a byte reads after an erase: 0x00 on the STM32L0 and L1.</param>
/// <param name="WriteUnits">Bytes of one programming access; several where the parallelism can be chosen, smallest first.</param>
/// <param name="Burst">Bytes of the faster way to program (row, burst, half page); null where there is none.</param>
/// <param name="EccWord">Bytes that share one ECC and can be written once after an erase; null where there is no ECC.</param>
/// <param name="DualBank">Some part of the device has a second bank.</param>
public sealed record FlashDescription(
    string Driver,
    IReadOnlyList<Address> Controllers,
    Address Start,
    SizeRegister Size,
    byte ErasedValue,
    IReadOnlyList<int> WriteUnits,
    int? Burst,
    int? EccWord,
    bool DualBank,
    FlashTimes Times)
{
    /// <summary>Base address of the FLASH registers; of bank 1 where each bank has a set of its own.</summary>
    public Address Controller => Controllers[0];

    /// <summary>The widest access that programs at a supply of 2.7 V and more.</summary>
    public int WriteUnit => WriteUnits[^1];

    /// <summary>The option value under which the address ranges of bank 1 and bank 2 are exchanged; null where they never are.</summary>
    public OptionValue? Swap { get; init; }

    /// <summary>False while there is no driver: the chip is described and recognised, and not programmed.</summary>
    public bool IsProgrammable => FlashDrivers.IsWritten(Driver);

    /// <summary>Base address of the registers of this bank.</summary>
    public Address ControllerOf(int bank) => Controllers[Math.Min(bank, Controllers.Count) - 1];
}

/// <summary>How the flash size register is to be read.</summary>
public enum SizeForm
{
    /// <summary>16 bits, in KiB.</summary>
    KiB,

    /// <summary>The low 8 bits, in KiB; the others mean nothing (STM32L1 category 2).</summary>
    LowByteKiB,

    /// <summary>0 is 384 KiB and 1 is 256 KiB (STM32L1 category 3 and 4, DEV_ID 0x436).</summary>
    L1Code,

    /// <summary>The low 17 bits, in words, less one (STM32WB0).</summary>
    WordsLessOne,
}

/// <param name="MayBeBlank">Early silicon left the factory without it (STM32F10x medium density): 0xFFFF is then no sign of a clone.</param>
public sealed record SizeRegister(Address At, SizeForm Form, bool MayBeBlank)
{
    /// <summary>The aligned word to read.</summary>
    public Address Word => new(At.Value & ~3u);

    /// <summary>The size in KiB from that word; null where the register says nothing.</summary>
    public int? KiBOf(uint word)
    {
        var raw = (int)(RawOf(word) & (Form is SizeForm.LowByteKiB ? 0xFFu : 0xFFFFu));
        return Form switch
        {
            SizeForm.L1Code when raw == 0 => 384,
            SizeForm.L1Code when raw == 1 => 256,
            SizeForm.WordsLessOne => word != uint.MaxValue && (word & 0x1_FFFF) % 256 == 255 ? (int)((word & 0x1_FFFF) + 1) / 256 : null,
            _ => raw is 0 or 0xFFFF || (raw == 0xFF && Form is SizeForm.LowByteKiB) ? null : raw,
        };
    }

    /// <summary>The 16 bits as the chip has them, for evidence.</summary>
    public uint RawOf(uint word) => word >> (int)(At.Value % 4 * 8) & 0xFFFF;
}

/// <summary>Typical and longest times from the data sheet.</summary>
/// <param name="ProgramTypical">One programming access, whatever its width.</param>
/// <param name="Erase">Per erase unit.</param>
/// <param name="BankErase">Per bank; empty where the controller cannot erase a bank at once.</param>
public sealed record FlashTimes(TimeSpan ProgramTypical, TimeSpan ProgramMax, IReadOnlyList<EraseTime> Erase, IReadOnlyList<EraseTime> BankErase)
{
    /// <summary>Where the figures stand, and which of them are taken over from a sibling.</summary>
    public required string From { get; init; }

    /// <summary>One access at each parallelism, where that changes the time (STM32H74x, H72x).</summary>
    public IReadOnlyList<ProgramTime> ProgramAt { get; init; } = [];

    /// <summary>One burst (row, half page); null where there is none, or no figure.</summary>
    public ProgramTime? Burst { get; init; }
}

/// <param name="Bits">Parallelism: 8, 16, 32 or 64; 0 where there is none to choose.</param>
public sealed record ProgramTime(int Bits, TimeSpan Typical, TimeSpan Max);

/// <param name="Bits">Parallelism: 8, 16, 32 or 64; 0 where there is none to choose.</param>
/// <param name="UnitBytes">Size of the erase unit; for a bank erase the size of the bank that the figure was given for.</param>
public sealed record EraseTime(int Bits, uint UnitBytes, TimeSpan Typical, TimeSpan Max)
{
    public int UnitKiB => (int)(UnitBytes / 1024);
}
