namespace Nrst.Flash.Stm32L5;

/// <summary>RM0456, "FLASH non-secure status register (FLASH_NSSR)"; the STM32L5 has the bits up to BSY.</summary>
[Flags]
internal enum FlashNssr : uint
{
    EOP = 1u << 0,
    OPERR = 1u << 1,
    PROGERR = 1u << 3,
    WRPERR = 1u << 4,
    PGAERR = 1u << 5,
    SIZERR = 1u << 6,
    PGSERR = 1u << 7,
    OPTWERR = 1u << 13,
    BSY = 1u << 16,

    /// <summary>Some words of a quad word have been written and wait for the others.</summary>
    WDW = 1u << 17,
    OEM1LOCK = 1u << 18,
    OEM2LOCK = 1u << 19,
    PD1 = 1u << 20,
    PD2 = 1u << 21,

    Busy = BSY | WDW,
    Errors = OPERR | PROGERR | WRPERR | PGAERR | SIZERR | PGSERR,

    /// <summary>All that writing a one clears; OPTWERR is left over from other things than erasing and programming.</summary>
    Clearable = EOP | Errors | OPTWERR,
}

/// <summary>RM0456, "FLASH non-secure control register (FLASH_NSCR)".</summary>
[Flags]
internal enum FlashNscr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    MER1 = 1u << 2,
    BKER = 1u << 11,
    MER2 = 1u << 15,
    STRT = 1u << 16,
    LOCK = 1u << 31,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashKey> NSKEYR = new("FLASH_NSKEYR", 0x08);
    public static readonly Register<FlashNssr> NSSR = new("FLASH_NSSR", 0x20);
    public static readonly Register<FlashNscr> NSCR = new("FLASH_NSCR", 0x28);

    extension(FlashNscr)
    {
        /// <summary>PNB, from bit 3: the page of its bank that PER applies to.</summary>
        public static FlashNscr Page(uint number) => (FlashNscr)(number << 3);
    }
}
