using Nrst.Targets;

namespace Nrst.Flash.Stm32L0;

/// <summary>The STM32L0. RM0367 and RM0377, "Option bytes".</summary>
internal sealed class Stm32L0Family : IFlashFamily
{
    // The smallest line alone can choose the boot place without the pin: RM0377, "Boot configuration".
    private const ushort Category1 = 0x457;

    private static readonly (string Name, uint Offset)[] s_wrpr = [("FLASH_WRPROT1", 0x20), ("FLASH_WRPROT2", 0x80)];

    private static readonly OptionBits[] s_common =
    [
        new("RDPROT", 7, 0, FlashProtection.WordsOf),
        OptionBits.Bit("WPRMOD", 8, "WRPROT 1 write-protects its 4 KiB", "PCROP: WRPROT 0 makes its 4 KiB unreadable and unchangeable"),
        new("BOR_LEV", 19, 16, BrownOut),
        OptionBits.Bit("WDG_SW", 20, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 21, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 22, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("nBOOT1", 31, "RAM is the second place to boot from", "system memory is the second place to boot from"),
    ];

    private static readonly OptionBits[] s_softwareBoot =
    [
        OptionBits.Bit("nBOOT_SEL", 29, "the BOOT0 pin decides where to boot", "nBOOT0 decides where to boot"),
        OptionBits.Bit("nBOOT0", 30, "boots from the second place", "boots from main flash"),
    ];

    private static readonly OptionBits s_bootBank = OptionBits.Bit("BFB2", 23, "boots from bank 1", "boots from bank 2");

    public FlashController Open(FlashChip chip) => new Stm32L0Flash(chip);

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout) =>
        WordProtection.Read(memory, device, layout, "FLASH_OPTR", FlashOptr.BFB2, s_wrpr);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields =
        [
            .. s_common,
            .. device.DeviceId == Category1 ? s_softwareBoot : [],
            .. device.Flash.DualBank ? [s_bootBank] : Array.Empty<OptionBits>(),
        ];
        return
        [
            .. new OptionRegister("FLASH_OPTR", FlashRegisters.OPTR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_wrpr.Take(device.Flash.DualBank ? 2 : 1).SelectMany(register => Groups(register).Read(memory, device)),
        ];
    }

    /// <summary>FLASH_WRPROTx as an option.</summary>
    internal static OptionRegister Groups((string Name, uint Offset) register) =>
        new(register.Name, register.Offset, new OptionBits("WRPROT", 31, 0, value => $"a bit for each 4 KiB; what it does says the mode bit above: 0x{value:X8}"));

    /// <summary>BOR_LEV, which is the same on both lines.</summary>
    internal static string BrownOut(uint value) => value switch
    {
        < 8 => "off, reset below 1.5 V",
        8 => "level 1, 1.7 V",
        9 => "level 2, 1.9 V",
        10 => "level 3, 2.3 V",
        11 => "level 4, 2.55 V",
        12 => "level 5, 2.8 V",
        _ => "reserved",
    };
}
