using Nrst.Targets;
using static Nrst.Flash.Stm32F4.FlashRegisters;

namespace Nrst.Flash.Stm32F4;

/// <summary>The STM32F2 and F4. RM0090, "Description of option bytes".</summary>
internal sealed class Stm32F4Family : IFlashFamily
{
    private static readonly OptionRegister s_options = new(
        "FLASH_OPTCR",
        OPTCR.Offset,
        OptionBits.Field("BOR_LEV", 3, 2, "level 3, 2.70 to 3.60 V", "level 2, 2.40 to 2.70 V", "level 1, 2.10 to 2.40 V", "off, reset below 1.8 V"),
        OptionBits.Bit("WDG_SW", 5, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 6, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 7, "entering Standby resets", "entering Standby does not reset"),
        new OptionBits("RDP", 15, 8, FlashProtection.WordsOf),
        new OptionBits("nWRP", 30, 16, value => $"a bit for each sector, from sector 0 up: {Convert.ToString(value, 2).PadLeft(15, '0')}"),
        OptionBits.Bit("SPRMOD", 31, "nWRP 0 write-protects its sector", "PCROP: nWRP 1 makes its sector unreadable and unchangeable"));

    // The parts with a second bank read these bits where the others have nWRP or nothing.
    private static readonly OptionRegister s_bankOptions = new(
        "FLASH_OPTCR",
        OPTCR.Offset,
        OptionBits.Bit("BFB2", 4, "boots from bank 1", "boots from bank 2"),
        OptionBits.Bit("DB1M", 30, "1 MiB of flash is one bank", "1 MiB of flash is two banks"));

    private static readonly OptionRegister s_options1 = new(
        "FLASH_OPTCR1",
        OPTCR1.Offset,
        new OptionBits("nWRP", 27, 16, value => $"a bit for each sector of bank 2, from its first up: {Convert.ToString(value, 2).PadLeft(12, '0')}"));

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var at = device.Flash.Controller;
        var first = (uint)memory.Read(at, OPTCR);
        uint? second = layout.Banks.Count > 1 ? (uint)memory.Read(at, OPTCR1) : null;
        return Decode(first, second, layout);
    }

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device) =>
    [
        .. s_options.Read(memory, device),
        .. device.Flash.DualBank ? s_bankOptions.Read(memory, device).Concat(s_options1.Read(memory, device)) : [],
    ];

    public FlashController Open(FlashChip chip) => new Stm32F4Flash(chip);

    internal static FlashProtection Decode(uint optcr, uint? optcr1, BankedLayout layout)
    {
        var options = (FlashOptcr)optcr;
        var pcrop = options.HasFlag(FlashOptcr.SPRMOD);
        var named = layout.Banks
            .SelectMany(bank => bank.Layout.Sectors, (bank, sector) => (bank, sector, index: sector.Number - bank.Layout.Sectors[0].Number))
            .Where(place => NotWriteProtected(place.bank, place.index, optcr, optcr1) == pcrop)
            .Select(place => place.sector.Number)
            .ToHashSet();
        var barrier = pcrop
            ? new Barrier(
                BarrierKind.Read, named,
                "PCROP covers them; only a return from read-out protection level 1 lifts it, and that erases the chip.",
                "See which sectors are protected; link the image to others, or go to read-out protection level 1 and back, which erases the chip.")
            : new Barrier(
                BarrierKind.Write, named,
                "Option bytes (nWRP) cover them, often set by a bootloader that protects itself.",
                "See which sectors are protected; link the image to others, or lift the protection with the tool that set it.");
        List<string> registers = [$"FLASH_OPTCR = 0x{optcr:X8}"];
        if (optcr1 is { } second)
        {
            registers.Add($"FLASH_OPTCR1 = 0x{second:X8}");
        }

        registers.Add($"RDP = 0x{options.Rdp:X2}");
        return new FlashProtection(FlashProtection.LevelOf(options.Rdp), named.Count > 0 ? [barrier] : [], registers);
    }

    /// <summary>nWRP starts at bit 16; the F413 has 15 bits for 16 sectors, and its last one covers the last two.</summary>
    private static bool NotWriteProtected(FlashBank bank, int index, uint optcr, uint? optcr1) =>
        ((bank.Number == 2 ? optcr1 ?? uint.MaxValue : optcr) >> (16 + Math.Min(index, 14)) & 1) != 0;
}
