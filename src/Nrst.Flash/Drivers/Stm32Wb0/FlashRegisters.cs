namespace Nrst.Flash.Stm32Wb0;

/// <summary>RM0530, "FLASH COMMAND register".</summary>
internal enum FlashCommand : uint
{
    ERASE = 0x11,
    MASSERASE = 0x22,
    WRITE = 0x33,
}

/// <summary>RM0530, "FLASH IRQRAW register"; writing a one clears.</summary>
[Flags]
internal enum FlashIrq : uint
{
    CMDDONE = 1u << 0,
    CMDSTART = 1u << 1,
    CMDERR = 1u << 2,
    ILLCMD = 1u << 3,
    READOK = 1u << 4,

    Errors = CMDERR | ILLCMD,
    All = CMDDONE | CMDSTART | Errors | READOK,
}

/// <summary>RM0530, "FLASH ADDRESS register" and "FLASH DATA0 register": a plain number.</summary>
internal enum FlashNumber : uint
{
}

internal static class FlashRegisters
{
    public static readonly Register<FlashCommand> COMMAND = new("COMMAND", 0x00);
    public static readonly Register<FlashIrq> IRQRAW = new("IRQRAW", 0x10);
    public static readonly Register<FlashNumber> ADDRESS = new("ADDRESS", 0x18);
    public static readonly Register<FlashNumber> DATA0 = new("DATA0", 0x40);

    public const uint SIZE = 0x14;
    public const uint PAGEPROT0 = 0x34;
    public const uint PAGEPROT1 = 0x38;
}
