namespace Nrst.Flash.Stm32H7Rs;

/// <summary>RM0477, "FLASH control register (FLASH_CR)".</summary>
[Flags]
internal enum FlashCr : uint
{
    LOCK = 1u << 0,
    PG = 1u << 1,
    SER = 1u << 2,
    BER = 1u << 3,
    START = 1u << 5,
}

/// <summary>RM0477, "FLASH status register (FLASH_SR)".</summary>
[Flags]
internal enum FlashSr : uint
{
    BUSY = 1u << 0,

    /// <summary>A flash word was begun and is not complete.</summary>
    WBNE = 1u << 1,

    /// <summary>Operations wait or run. BUSY alone comes and goes several times in one.</summary>
    QW = 1u << 2,
    CRC_BUSY = 1u << 3,
    IS_PROGRAM = 1u << 4,
    IS_ERASE = 1u << 5,
    IS_OPTCHANGE = 1u << 6,

    Busy = BUSY | QW,

    /// <summary>What of it is looked at; the flags of <see cref="FlashIsr"/> have none of these places.</summary>
    Looked = Busy | WBNE | CRC_BUSY | IS_PROGRAM | IS_ERASE | IS_OPTCHANGE,
}

/// <summary>RM0477, "FLASH interrupt status register (FLASH_ISR)"; "FLASH interrupt clear register (FLASH_ICR)" has the same places.</summary>
[Flags]
internal enum FlashIsr : uint
{
    EOPF = 1u << 16,
    WRPERRF = 1u << 17,
    PGSERRF = 1u << 18,
    STRBERRF = 1u << 19,
    OBLERRF = 1u << 20,
    INCERRF = 1u << 21,
    RDSERRF = 1u << 24,
    SNECCERRF = 1u << 25,
    DBECCERRF = 1u << 26,
    CRCENDF = 1u << 27,
    CRCRDERRF = 1u << 28,

    /// <summary>What erasing and programming raise.</summary>
    Errors = WRPERRF | PGSERRF | STRBERRF | INCERRF,
    All = EOPF | Errors | OBLERRF | RDSERRF | SNECCERRF | DBECCERRF | CRCENDF | CRCRDERRF,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR", 0x04);
    public static readonly Register<FlashCr> CR = new("FLASH_CR", 0x10);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x14);
    public static readonly Register<FlashIsr> ISR = new("FLASH_ISR", 0x24);
    public static readonly Register<FlashIsr> ICR = new("FLASH_ICR", 0x28);

    public const uint NVSR = 0x200;
    public const uint WRPSR = 0x218;
    public const uint OBW1SR = 0x260;
    public const uint OBW2SR = 0x268;

    extension(FlashCr)
    {
        /// <summary>SSN, bits 8:6: the sector that SER applies to.</summary>
        public static FlashCr Sector(uint ssn) => (FlashCr)(ssn << 6);
    }
}
