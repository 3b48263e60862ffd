namespace Nrst.Flash.Stm32F4;

/// <summary>RM0090, "Flash access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    PRFTEN = 1u << 8,
    ICEN = 1u << 9,
    DCEN = 1u << 10,
    ICRST = 1u << 11,
    DCRST = 1u << 12,
}

/// <summary>RM0090, "Flash key register (FLASH_KEYR)".</summary>
internal enum FlashKey : uint
{
    First = 0x4567_0123,
    Second = 0xCDEF_89AB,
}

/// <summary>RM0090, "Flash status register (FLASH_SR)"; RDERR exists on the parts with PCROP.</summary>
[Flags]
internal enum FlashSr : uint
{
    EOP = 1u << 0,
    OPERR = 1u << 1,
    WRPERR = 1u << 4,
    PGAERR = 1u << 5,
    PGPERR = 1u << 6,
    PGSERR = 1u << 7,
    RDERR = 1u << 8,
    BSY = 1u << 16,

    Errors = OPERR | WRPERR | PGAERR | PGPERR | PGSERR | RDERR,
}

/// <summary>RM0090, "Flash control register (FLASH_CR)". MER is bank 1 alone where there are two, MER1 then is bank 2.</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    SER = 1u << 1,
    MER = 1u << 2,
    MER1 = 1u << 15,
    STRT = 1u << 16,
    LOCK = 1u << 31,
}

/// <summary>RM0090, "Flash option control register (FLASH_OPTCR)".</summary>
[Flags]
internal enum FlashOptcr : uint
{
    OPTLOCK = 1u << 0,
    OPTSTRT = 1u << 1,
    BFB2 = 1u << 4,
    DB1M = 1u << 30,
    SPRMOD = 1u << 31,
}

/// <summary>RM0090, "Flash option control register (FLASH_OPTCR1)": nWRP of the second bank.</summary>
internal enum FlashOptcr1 : uint
{
}

internal static class FlashRegisters
{
    public static readonly Register<FlashAcr> ACR = new("FLASH_ACR", 0x00);
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR", 0x04);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x0C);
    public static readonly Register<FlashCr> CR = new("FLASH_CR", 0x10);
    public static readonly Register<FlashOptcr> OPTCR = new("FLASH_OPTCR", 0x14);
    public static readonly Register<FlashOptcr1> OPTCR1 = new("FLASH_OPTCR1", 0x18);

    extension(FlashCr)
    {
        /// <summary>SNB, bits 7:3: the sector that SER applies to.</summary>
        public static FlashCr Sector(uint snb) => (FlashCr)(snb << 3);

        /// <summary>PSIZE, bits 9:8.</summary>
        public static FlashCr Size(Parallelism parallelism) => (FlashCr)((uint)parallelism << 8);
    }

    extension(FlashOptcr value)
    {
        /// <summary>RDP, bits 15:8.</summary>
        public byte Rdp => (byte)((uint)value >> 8);
    }
}
