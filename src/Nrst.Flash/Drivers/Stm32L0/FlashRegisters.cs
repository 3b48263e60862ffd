namespace Nrst.Flash.Stm32L0;

/// <summary>RM0367, "Program and erase control register (FLASH_PECR)".</summary>
[Flags]
internal enum FlashPecr : uint
{
    PELOCK = 1u << 0,
    PRGLOCK = 1u << 1,
    OPTLOCK = 1u << 2,
    PROG = 1u << 3,
    ERASE = 1u << 9,
    FPRG = 1u << 10,

    /// <summary>What keeps the flash from being erased and programmed.</summary>
    Locks = PELOCK | PRGLOCK,
}

/// <summary>RM0367, "PECR unlock key register (FLASH_PEKEYR)".</summary>
internal enum FlashPeKey : uint
{
    First = 0x89AB_CDEF,
    Second = 0x0203_0405,
}

/// <summary>RM0367, "Program and erase key register (FLASH_PRGKEYR)".</summary>
internal enum FlashPrgKey : uint
{
    First = 0x8C9D_AEBF,
    Second = 0x1314_1516,
}

/// <summary>RM0367, "Status register (FLASH_SR)"; NOTZEROERR and FWWERR exist on the STM32L0 only.</summary>
[Flags]
internal enum FlashSr : uint
{
    BSY = 1u << 0,
    EOP = 1u << 1,
    HVOFF = 1u << 2,
    READY = 1u << 3,
    WRPERR = 1u << 8,
    PGAERR = 1u << 9,
    SIZERR = 1u << 10,
    OPTVERR = 1u << 11,
    OPTVERRUSR = 1u << 12,
    RDERR = 1u << 13,
    NOTZEROERR = 1u << 16,
    FWWERR = 1u << 17,

    Errors = WRPERR | PGAERR | SIZERR | RDERR | NOTZEROERR | FWWERR,

    /// <summary>The option flags tell how the option bytes were loaded, and nothing of a job.</summary>
    Clearable = EOP | Errors | OPTVERR | OPTVERRUSR,
}

/// <summary>What FLASH_OPTR of the STM32L0 and FLASH_OBR of the STM32L1 have in common.</summary>
[Flags]
internal enum FlashOptr : uint
{
    /// <summary>WPRMOD on the STM32L0, SPRMOD on the STM32L1.</summary>
    WPRMOD = 1u << 8,

    BFB2 = 1u << 23,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashPecr> PECR = new("FLASH_PECR", 0x04);
    public static readonly Register<FlashPeKey> PEKEYR = new("FLASH_PEKEYR", 0x0C);
    public static readonly Register<FlashPrgKey> PRGKEYR = new("FLASH_PRGKEYR", 0x10);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x18);

    /// <summary>FLASH_OPTR; FLASH_OBR on the STM32L1.</summary>
    public const uint OPTR = 0x1C;
}
