using Nrst.Targets;

namespace Nrst.Flash.Stm32L4;

/// <summary>The STM32L4 and L4+. RM0351 and RM0432, "FLASH option bytes".</summary>
internal sealed class Stm32L4Family : IFlashFamily
{
    // These two lines have no software choice of the boot place: RM0351, "Flash option register (FLASH_OPTR)".
    private static readonly HashSet<ushort> s_bootByPinOnly = [0x415, 0x461];

    private static readonly OptionBits[] s_common =
    [
        new("RDP", 7, 0, FlashProtection.WordsOf),
        OptionBits.Field("BOR_LEV", 10, 8, "1.7 V", "2.0 V", "2.2 V", "2.5 V", "2.8 V"),
        OptionBits.Bit("nRST_STOP", 12, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 13, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("nRST_SHDW", 14, "entering Shutdown resets", "entering Shutdown does not reset"),
        OptionBits.Bit("IWDG_SW", 16, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("IWDG_STOP", 17, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
        OptionBits.Bit("IWDG_STDBY", 18, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Bit("WWDG_SW", 19, "the window watchdog starts with the chip", "the window watchdog is started by software"),
        OptionBits.Bit("nBOOT1", 23, "RAM is the second place to boot from", "system memory is the second place to boot from"),
        OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
        OptionBits.Bit("SRAM2_RST", 25, "a reset erases SRAM2", "a reset keeps SRAM2"),
    ];

    private static readonly OptionBits[] s_softwareBoot =
    [
        OptionBits.Bit("nSWBOOT0", 26, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
        OptionBits.Bit("nBOOT0", 27, "boots from the second place", "boots from main flash"),
    ];

    private static readonly OptionBits s_bootBank = OptionBits.Bit("BFB2", 20, "boots from bank 1", "boots from bank 2");

    private static readonly Dictionary<string, OptionBits> s_banks = new()
    {
        ["DUALBANK"] = OptionBits.Bit("DUALBANK", 21, "one bank", "two banks"),
        ["DB1M"] = OptionBits.Bit("DB1M", 21, "1 MiB of flash is one bank", "1 MiB of flash is two banks"),
        ["DB512K"] = OptionBits.Bit("DB512K", 21, "512 KiB of flash is one bank", "512 KiB of flash is two banks"),
        ["DBANK"] = OptionBits.Bit("DBANK", 22, "one bank of 8 KiB pages", "two banks of 4 KiB pages"),
    };

    /// <summary>The areas of a bank, by the offsets of their registers.</summary>
    private sealed record Areas(int Bank, uint PcropStart, uint PcropEnd, uint WrpA, uint WrpB);

    private static readonly Areas[] s_areas = [new(1, 0x24, 0x28, 0x2C, 0x30), new(2, 0x44, 0x48, 0x4C, 0x50)];

    public FlashController Open(FlashChip chip) => new Stm32L4Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        var named = device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.When).Select(value => value.Field.Name).Distinct();
        OptionBits[] fields =
        [
            .. s_common,
            .. s_bootByPinOnly.Contains(device.DeviceId) ? [] : s_softwareBoot,
            .. device.Flash.DualBank ? [s_bootBank] : Array.Empty<OptionBits>(),
            .. named.Where(s_banks.ContainsKey).Select(name => s_banks[name]),
        ];
        return [.. new OptionRegister("FLASH_OPTR", 0x20, [.. fields.OrderBy(field => field.Low)]).Read(memory, device)];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var optr = At(0x20);
        List<string> registers = [$"FLASH_OPTR = 0x{optr:X8}"];
        var barriers = new List<Barrier?>();
        foreach (var area in s_areas.Where(area => area.Bank == 1 || device.Flash.DualBank))
        {
            // RM0432: as one bank, the areas of both banks count from its start.
            var bank = layout.Banks.FirstOrDefault(bank => bank.Number == area.Bank) ?? layout.Banks[0];
            var (a, b) = (At(area.WrpA), At(area.WrpB));
            registers.Add($"FLASH_WRP{area.Bank}AR = 0x{a:X8}, FLASH_WRP{area.Bank}BR = 0x{b:X8}");
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{area.Bank}A", a));
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{area.Bank}B", b));
            barriers.Add(PageAreas.Pcrop(
                bank, $"PCROP{area.Bank}", At(area.PcropStart) & 0x1_FFFF, At(area.PcropEnd) & 0x1_FFFF, PcropUnit(layout)));
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)optr), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>A double word, and two of them where the bank is read 128 bits wide, as 8 KiB pages tell.</summary>
    private static uint PcropUnit(BankedLayout layout) => layout.Sectors.First().Range.Length == 8192 ? 16u : 8u;
}
