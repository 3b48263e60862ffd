namespace Nrst.Flash.Stm32WB;

/// <summary>RM0434, "Flash memory access control register (FLASH_ACR)", and FLASH_C2ACR, which has no DCEN and no EMPTY.</summary>
[Flags]
internal enum FlashAcr : uint
{
    PRFTEN = 1u << 8,
    ICEN = 1u << 9,
    DCEN = 1u << 10,
    ICRST = 1u << 11,
    DCRST = 1u << 12,

    /// <summary>This CPU asks that no program or erase be started.</summary>
    PES = 1u << 15,

    /// <summary>The chip was empty when its option bytes were loaded; while it is set a reset enters the boot loader.</summary>
    EMPTY = 1u << 16,
}

/// <summary>RM0434, "Flash memory status register (FLASH_SR)".</summary>
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
    OPTNV = 1u << 13,
    RDERR = 1u << 14,

    /// <summary>Set after power-on on some revisions, whatever the option bytes hold: ES0394.</summary>
    OPTVERR = 1u << 15,
    BSY = 1u << 16,
    CFGBSY = 1u << 18,

    /// <summary>One of the two CPUs asked that nothing be started (PES). What is asked for now waits until that is over.</summary>
    PESD = 1u << 19,

    Busy = BSY | CFGBSY | PESD,
    Errors = OPERR | PROGERR | WRPERR | PGAERR | SIZERR | PGSERR | MISSERR | FASTERR,

    /// <summary>All that writing a one clears; RDERR and OPTVERR are left over from other things than erasing and programming.</summary>
    Clearable = EOP | Errors | RDERR | OPTVERR,
}

/// <summary>RM0434, "Flash memory control register (FLASH_CR)".</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    STRT = 1u << 16,
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
        /// <summary>PNB, from bit 3: the page that PER applies to.</summary>
        public static FlashCr Page(uint number) => (FlashCr)(number << 3);
    }
}
