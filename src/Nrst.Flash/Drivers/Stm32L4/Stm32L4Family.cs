using Nrst.Targets;

namespace Nrst.Flash.Stm32L4;

/// <summary>The STM32L4 and L4+. RM0351 and RM0432, "FLASH option bytes".</summary>
internal sealed class Stm32L4Family : IFlashFamily
{
    // These two lines have no software choice of the boot place: RM0351, "Flash option register (FLASH_OPTR)".
    private static readonly HashSet<ushort> s_bootByPinOnly = [0x415, 0x461];

    private static readonly OptionBits[] s_common =
    [
        CommonOptions.Rdp,
        CommonOptions.BrownOut(8),
        .. CommonOptions.LowPowerResets(12),
        .. CommonOptions.Watchdogs,
        CommonOptions.NBoot1(23),
        OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
        OptionBits.Bit("SRAM2_RST", 25, "a reset erases SRAM2", "a reset keeps SRAM2"),
    ];

    private static readonly OptionBits s_bootBank = OptionBits.Bit("BFB2", 20, "boots from bank 1", "boots from bank 2");

    private static readonly Dictionary<string, OptionBits> s_banks = new()
    {
        ["DUALBANK"] = OptionBits.Bit("DUALBANK", 21, "one bank", "two banks"),
        ["DB1M"] = OptionBits.Bit("DB1M", 21, "1 MiB of flash is one bank", "1 MiB of flash is two banks"),
        ["DB512K"] = OptionBits.Bit("DB512K", 21, "512 KiB of flash is one bank", "512 KiB of flash is two banks"),
        ["DBANK"] = OptionBits.Bit("DBANK", 22, "one bank of 8 KiB pages", "two banks of 4 KiB pages"),
    };

    // The STM32L4P5 and L4Q5: the maker's own drivers do not agree on whether a row of theirs has 32 double words or 64.
    private const ushort RowUnknown = 0x471;

    public FlashController Open(FlashChip chip) => new Stm32L4Flash(chip, byRows: chip.Device.DeviceId != RowUnknown);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        var named = device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.When).Select(value => value.Field.Name).Distinct();
        OptionBits[] fields =
        [
            .. s_common,
            .. s_bootByPinOnly.Contains(device.DeviceId) ? [] : CommonOptions.SoftwareBoot,
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
        foreach (var area in BankAreas.Of(device))
        {
            barriers.AddRange(area.Read(At, device, area.BankIn(layout), 0x1_FFFF, PcropUnit(layout), registers));
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)optr), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>A double word, and two of them where the bank is read 128 bits wide, as 8 KiB pages tell.</summary>
    private static uint PcropUnit(BankedLayout layout) => layout.Sectors.First().Range.Length == 8192 ? 16u : 8u;
}
