namespace Nrst.Flash.Stm32F7;

/// <summary>RM0410, "Flash access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    PRFTEN = 1u << 8,
    ARTEN = 1u << 9,
    ARTRST = 1u << 11,
}

/// <summary>RM0410, "Flash key register (FLASH_KEYR)".</summary>
internal enum FlashKey : uint
{
    First = 0x4567_0123,
    Second = 0xCDEF_89AB,
}

/// <summary>RM0410, "Flash status register (FLASH_SR)"; RDERR exists on the parts with PCROP (STM32F72x and F73x).</summary>
[Flags]
internal enum FlashSr : uint
{
    EOP = 1u << 0,
    OPERR = 1u << 1,
    WRPERR = 1u << 4,
    PGAERR = 1u << 5,
    PGPERR = 1u << 6,
    ERSERR = 1u << 7,
    RDERR = 1u << 8,
    BSY = 1u << 16,

    Errors = OPERR | WRPERR | PGAERR | PGPERR | ERSERR | RDERR,
}

/// <summary>RM0410, "Flash control register (FLASH_CR)". MER1 is all there is where there is one bank.</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    SER = 1u << 1,
    MER1 = 1u << 2,
    MER2 = 1u << 15,
    STRT = 1u << 16,
    LOCK = 1u << 31,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashAcr> ACR = new("FLASH_ACR", 0x00);
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR", 0x04);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x0C);
    public static readonly Register<FlashCr> CR = new("FLASH_CR", 0x10);

    // Option registers, whose fields differ from line to line.
    public const uint OPTCR = 0x14;
    public const uint OPTCR1 = 0x18;
    public const uint OPTCR2 = 0x1C;

    extension(FlashCr)
    {
        /// <summary>SNB, bits 7:3: the sector that SER applies to. Four bits on the lines with eight sectors.</summary>
        public static FlashCr Sector(uint snb) => (FlashCr)(snb << 3);

        /// <summary>PSIZE, bits 9:8, from the width of an access in bytes.</summary>
        public static FlashCr Size(int bytes) => (FlashCr)((uint)System.Numerics.BitOperations.Log2((uint)bytes) << 8);
    }
}
