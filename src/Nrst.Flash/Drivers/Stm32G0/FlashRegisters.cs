namespace Nrst.Flash.Stm32G0;

/// <summary>RM0444, "FLASH access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    PRFTEN = 1u << 8,
    ICEN = 1u << 9,
    ICRST = 1u << 11,

    /// <summary>The chip was empty when its option bytes were loaded; while it is set a reset enters the boot loader.</summary>
    PROGEMPTY = 1u << 16,

    /// <summary>Without it the debugger is cut off.</summary>
    DBG_SWEN = 1u << 18,
}

/// <summary>RM0444, "FLASH status register (FLASH_SR)".</summary>
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
    MISSERR = 1u << 8,
    FASTERR = 1u << 9,
    RDERR = 1u << 14,
    OPTVERR = 1u << 15,
    BSY1 = 1u << 16,
    BSY2 = 1u << 17,
    CFGBSY = 1u << 18,

    Busy = BSY1 | BSY2 | CFGBSY,
    Errors = OPERR | PROGERR | WRPERR | PGAERR | SIZERR | PGSERR | MISSERR | FASTERR,

    /// <summary>All that writing a one clears; RDERR and OPTVERR are left over from other things than erasing and programming.</summary>
    Clearable = EOP | Errors | RDERR | OPTVERR,
}

/// <summary>RM0444, "FLASH control register (FLASH_CR)".</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    MER1 = 1u << 2,
    BKER = 1u << 13,
    MER2 = 1u << 15,
    STRT = 1u << 16,
    SEC_PROT = 1u << 28,
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
        /// <summary>PNB, bits 12:3: the page of its bank that PER applies to.</summary>
        public static FlashCr Page(uint number) => (FlashCr)(number << 3);
    }
}
