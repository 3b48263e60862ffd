namespace Nrst.Flash.Stm32L4;

/// <summary>RM0351, "Flash access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    PRFTEN = 1u << 8,
    ICEN = 1u << 9,
    DCEN = 1u << 10,
    ICRST = 1u << 11,
    DCRST = 1u << 12,
    RUN_PD = 1u << 13,
    SLEEP_PD = 1u << 14,
}

/// <summary>RM0351, "Flash status register (FLASH_SR)".</summary>
[Flags]
internal enum FlashSr : uint
{
    EOP = 1u << 0,
    OPERR = 1u << 1,
    PROGERR = 1u << 3,
    WRPERR = 1u << 4,
    PGAERR = 1u << 5,
    SIZERR = 1u << 6,
    PGSERR = 1u << 7,
    MISERR = 1u << 8,
    FASTERR = 1u << 9,
    RDERR = 1u << 14,
    OPTVERR = 1u << 15,
    BSY = 1u << 16,

    /// <summary>The chip was empty when its option bytes were loaded; writing a one turns it over. Not on the STM32L47x and L48x.</summary>
    PEMPTY = 1u << 17,

    Errors = OPERR | PROGERR | WRPERR | PGAERR | SIZERR | PGSERR | MISERR | FASTERR,

    /// <summary>All that writing a one clears; RDERR and OPTVERR are left over from other things than erasing and programming.</summary>
    Clearable = EOP | Errors | RDERR | OPTVERR,
}

/// <summary>RM0351, "Flash control register (FLASH_CR)".</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    MER1 = 1u << 2,
    BKER = 1u << 11,
    MER2 = 1u << 15,
    STRT = 1u << 16,

    /// <summary>The securable areas are closed until a reset. On the STM32G4 only: RM0440.</summary>
    SEC_PROT1 = 1u << 28,
    SEC_PROT2 = 1u << 29,
    LOCK = 1u << 31,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashAcr> ACR = new("FLASH_ACR", 0x00);
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR", 0x08);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x10);
    public static readonly Register<FlashCr> CR = new("FLASH_CR", 0x14);

    extension(FlashCr)
    {
        /// <summary>PNB, bits 10:3: the page of its bank that PER applies to.</summary>
        public static FlashCr Page(uint number) => (FlashCr)(number << 3);
    }
}
