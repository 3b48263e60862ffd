namespace Nrst.Flash.Stm32H5;

/// <summary>RM0481, "FLASH access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    /// <summary>On the STM32C5: the chip was empty when it was last powered up.</summary>
    EMPTY = 1u << 16,
}

/// <summary>RM0481, "FLASH non-secure status register (FLASH_NSSR)"; "FLASH non-secure clear control register (FLASH_NSCCR)" has the same places.</summary>
[Flags]
internal enum FlashSr : uint
{
    BSY = 1u << 0,

    /// <summary>A quad-word was begun and is not complete.</summary>
    WBNE = 1u << 1,
    DBNE = 1u << 3,
    EOP = 1u << 16,
    WRPERR = 1u << 17,
    PGSERR = 1u << 18,
    STRBERR = 1u << 19,
    INCERR = 1u << 20,
    OBKERR = 1u << 21,
    OBKWERR = 1u << 22,
    OPTCHANGEERR = 1u << 23,

    Busy = BSY | DBNE,

    /// <summary>What erasing and programming raise.</summary>
    Errors = WRPERR | PGSERR | STRBERR | INCERR,
    Clearable = EOP | Errors | OBKERR | OBKWERR | OPTCHANGEERR,
}

/// <summary>RM0481, "FLASH non-secure control register (FLASH_NSCR)". On the STM32C5 SER is PER.</summary>
[Flags]
internal enum FlashCr : uint
{
    LOCK = 1u << 0,
    PG = 1u << 1,
    SER = 1u << 2,
    BER = 1u << 3,
    STRT = 1u << 5,
    MER = 1u << 15,

    /// <summary>The physical bank, whatever SWAP_BANK says.</summary>
    BKSEL = 1u << 31,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashAcr> ACR = new("FLASH_ACR", 0x00);
    public static readonly Register<FlashKey> KEYR = new("FLASH_NSKEYR", 0x04);
    public static readonly Register<FlashSr> SR = new("FLASH_NSSR", 0x20);
    public static readonly Register<FlashCr> CR = new("FLASH_NSCR", 0x28);
    public static readonly Register<FlashSr> CCR = new("FLASH_NSCCR", 0x30);

    public const uint OPTSR_CUR = 0x50;
    public const uint OPTSR2_CUR = 0x70;
    public const uint BOOTR_CUR = 0x80;

    // Of bank 1; those of bank 2 lie 0x100 higher.
    public const uint SECWM_CUR = 0xE0;
    public const uint WRP_CUR = 0xE8;
    public const uint EDATA_CUR = 0xF0;
    public const uint BankStep = 0x100;

    extension(FlashCr)
    {
        /// <summary>SNB, bits 12:6: the sector of its bank that SER applies to.</summary>
        public static FlashCr Sector(uint snb) => (FlashCr)(snb << 6);
    }
}
