namespace Nrst.Flash.Stm32F1;

/// <summary>PM0075, "Flash access control register (FLASH_ACR)".</summary>
[Flags]
internal enum FlashAcr : uint
{
    HLFCYA = 1u << 3,
    PRFTBE = 1u << 4,
}

/// <summary>PM0075, "FPEC key register (FLASH_KEYR)".</summary>
internal enum FlashKey : uint
{
    First = 0x4567_0123,
    Second = 0xCDEF_89AB,
}

/// <summary>PM0075, "Flash status register (FLASH_SR)".</summary>
[Flags]
internal enum FlashSr : uint
{
    BSY = 1u << 0,
    PGERR = 1u << 2,
    WRPRTERR = 1u << 4,
    EOP = 1u << 5,

    Errors = PGERR | WRPRTERR,
}

/// <summary>PM0075, "Flash control register (FLASH_CR)".</summary>
[Flags]
internal enum FlashCr : uint
{
    PG = 1u << 0,
    PER = 1u << 1,
    MER = 1u << 2,
    STRT = 1u << 6,
    LOCK = 1u << 7,
}

/// <summary>PM0075, "Flash address register (FLASH_AR)": any address of the page to be erased.</summary>
internal enum FlashAr : uint
{
}

/// <summary>PM0075, "Option byte register (FLASH_OBR)".</summary>
[Flags]
internal enum FlashObr : uint
{
    OPTERR = 1u << 0,
    RDPRT = 1u << 1,
}

internal static class FlashRegisters
{
    public static readonly Register<FlashAcr> ACR = new("FLASH_ACR", 0x00);
    public static readonly Register<FlashKey> KEYR = new("FLASH_KEYR", 0x04);
    public static readonly Register<FlashSr> SR = new("FLASH_SR", 0x0C);
    public static readonly Register<FlashCr> CR = new("FLASH_CR", 0x10);
    public static readonly Register<FlashAr> AR = new("FLASH_AR", 0x14);
    public static readonly Register<FlashObr> OBR = new("FLASH_OBR", 0x1C);

    /// <summary>FLASH_WRPR: a bit for 4 KiB, 0 protects; the last one stands for all the rest.</summary>
    public const uint WRPR = 0x20;
}
