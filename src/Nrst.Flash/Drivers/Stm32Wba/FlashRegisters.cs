namespace Nrst.Flash.Stm32Wba;

/// <summary>RM0493, "FLASH non-secure status register (FLASH_NSSR)".</summary>
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
    OPTWERR = 1u << 13,
    BSY = 1u << 16,

    /// <summary>A word was begun and is not complete.</summary>
    WDW = 1u << 17,

    Errors = OPERR | PROGERR | WRPERR | PGAERR | SIZERR | PGSERR,
    Clearable = EOP | Errors | OPTWERR,
}

/// <summary>RM0493, "FLASH non-secure control register 1 (FLASH_NSCR1)". MER2 and BKER are there on the STM32WBA6.</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    MER1 = 1u << 2,
    BKER = 1u << 11,
    BWR = 1u << 14,
    MER2 = 1u << 15,
    STRT = 1u << 16,
    LOCK = 1u << 31,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashKey> KEYR = new("FLASH_NSKEYR", 0x08);
    public static readonly Register<FlashSr> SR = new("FLASH_NSSR", 0x20);
    public static readonly Register<FlashCr> CR = new("FLASH_NSCR1", 0x28);

    public const uint OPTR = 0x40;
    public const uint NSBOOTADD0R = 0x44;
    public const uint NSBOOTADD1R = 0x48;

    // Of bank 1; those of bank 2 lie 0x10 higher.
    public const uint SECWMR1 = 0x50;
    public const uint WRPAR = 0x58;
    public const uint WRPBR = 0x5C;
    public const uint BankStep = 0x10;

    extension(FlashCr)
    {
        /// <summary>PNB, bits 9:3: the page of its bank that PER applies to.</summary>
        public static FlashCr Page(uint number) => (FlashCr)(number << 3);
    }
}
