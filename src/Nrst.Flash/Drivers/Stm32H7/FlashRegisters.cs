namespace Nrst.Flash.Stm32H7;

/// <summary>RM0433, "FLASH key register for bank 1 (FLASH_KEYR1)".</summary>
internal enum FlashKey : uint
{
    First = 0x4567_0123,
    Second = 0xCDEF_89AB,
}

/// <summary>RM0433, "FLASH status register for bank 1 (FLASH_SR1)"; "FLASH clear control register (FLASH_CCR1)" has the same places.</summary>
[Flags]
internal enum FlashSr : uint
{
    BSY = 1u << 0,

    /// <summary>A flash word was begun and is not complete.</summary>
    WBNE = 1u << 1,

    /// <summary>Operations wait or run. BSY alone falls between two steps of one.</summary>
    QW = 1u << 2,
    CRC_BUSY = 1u << 3,
    EOP = 1u << 16,
    WRPERR = 1u << 17,
    PGSERR = 1u << 18,
    STRBERR = 1u << 19,
    INCERR = 1u << 21,

    /// <summary>Not on the STM32H7A and H7B.</summary>
    OPERR = 1u << 22,
    RDPERR = 1u << 23,
    RDSERR = 1u << 24,
    SNECCERR = 1u << 25,
    DBECCERR = 1u << 26,
    CRCEND = 1u << 27,
    CRCRDERR = 1u << 28,

    /// <summary>No bit of the register: our mark for what was read from the second one.</summary>
    OfBank2 = 1u << 31,

    Busy = BSY | QW,

    /// <summary>What erasing and programming raise. The rest comes from reading: protected places, and cells with a wrong ECC.</summary>
    Errors = WRPERR | PGSERR | STRBERR | INCERR | OPERR,
    Clearable = EOP | Errors | RDPERR | RDSERR | SNECCERR | DBECCERR | CRCEND | CRCRDERR,
}

/// <summary>RM0433, "FLASH control register for bank 1 (FLASH_CR1)": the bits that stand in the same place on all lines. See <see cref="ControlShape"/>.</summary>
[Flags]
internal enum FlashCr : uint
{
    LOCK = 1u << 0,
    PG = 1u << 1,
    SER = 1u << 2,
    BER = 1u << 3,

    /// <summary>No bit of the register: our mark for what is meant for the second one.</summary>
    OfBank2 = 1u << 31,
}

/// <summary>Where the rest of FLASH_CR stands, and how the sectors are counted in FLASH_WPSN.</summary>
/// <param name="Start">START.</param>
/// <param name="SectorAt">The lowest bit of SNB.</param>
/// <param name="HasParallelism">There is PSIZE, bits 5:4.</param>
/// <param name="SectorsPerWrp">Sectors that one bit of FLASH_WPSN stands for.</param>
internal sealed record ControlShape(FlashCr Start, int SectorAt, bool HasParallelism, int SectorsPerWrp)
{
    /// <summary>RM0433, RM0399 and RM0468: SNB 10:8, START 7, PSIZE 5:4.</summary>
    public static ControlShape H7 { get; } = new((FlashCr)(1u << 7), 8, HasParallelism: true, SectorsPerWrp: 1);

    /// <summary>RM0455: SSN 12:6, START 5.</summary>
    public static ControlShape H7Ab { get; } = new((FlashCr)(1u << 5), 6, HasParallelism: false, SectorsPerWrp: 4);

    public FlashCr Sector(uint snb) => (FlashCr)(snb << SectorAt);

    /// <summary>PSIZE: 0 for 8 bits to 3 for 64.</summary>
    public FlashCr Size(int bits) => HasParallelism ? (FlashCr)(uint)(System.Numerics.BitOperations.Log2((uint)bits / 8) << 4) : default;
}

internal static class FlashRegisters
{
    // From the start of one bank's set; the second one lies 0x100 higher.
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR1", 0x04);
    public static readonly Register<FlashCr> CR = new("FLASH_CR1", 0x0C);
    public static readonly Register<FlashSr> SR = new("FLASH_SR1", 0x10);
    public static readonly Register<FlashSr> SR2 = new("FLASH_SR2", 0x10);
    public static readonly Register<FlashSr> CCR = new("FLASH_CCR1", 0x14);

    // Option registers that a bank has of its own.
    public const uint PRAR_CUR = 0x28;
    public const uint SCAR_CUR = 0x30;
    public const uint WPSN_CUR = 0x38;

    // Option registers of the whole flash.
    public const uint OPTSR_CUR = 0x1C;
    public const uint BOOT_CUR = 0x40;
    public const uint OPTSR2_CUR = 0x70;

    extension(FlashSr value)
    {
        /// <summary>The register's own bits, by the name of its bank.</summary>
        public string Words => value.HasFlag(FlashSr.OfBank2) ? SR2.Show(value & ~FlashSr.OfBank2) : SR.Show(value);
    }
}
