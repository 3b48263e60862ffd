using Nrst.Targets;
using static Nrst.Flash.Stm32F7.FlashRegisters;

namespace Nrst.Flash.Stm32F7;

/// <summary>The STM32F7. RM0385, RM0410 and RM0431, "FLASH option bytes".</summary>
internal sealed class Stm32F7Family : IFlashFamily
{
    private const int FirstNwrp = 16;

    // STM32F72x and F73x: RM0431, "Proprietary code readout protection (PCROP)".
    private const ushort WithPcrop = 0x452;

    private static readonly OptionBits[] s_common =
    [
        OptionBits.Field("BOR_LEV", 3, 2, "level 3, 2.70 to 3.60 V", "level 2, 2.40 to 2.70 V", "level 1, 2.10 to 2.40 V", "off, reset below 1.8 V"),
        OptionBits.Bit("WWDG_SW", 4, "the window watchdog starts with the chip", "the window watchdog is started by software"),
        OptionBits.Bit("IWDG_SW", 5, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP", 6, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 7, "entering Standby resets", "entering Standby does not reset"),
        new("RDP", 15, 8, FlashProtection.WordsOf),
        OptionBits.Bit("IWDG_STDBY", 30, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Bit("IWDG_STOP", 31, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
    ];

    private static readonly OptionBits[] s_eightSectors = [Sectors("nWRP", 23, FirstNwrp, "0 write-protects")];

    private static readonly OptionBits[] s_twelveSectors =
    [
        Sectors("nWRP", 27, FirstNwrp, "0 write-protects; with two banks a bit stands for two sectors"),
        OptionBits.Bit("nDBOOT", 28, "boots from the bank that BOOT_ADD names, or from the other one if that is empty", "boots from where BOOT_ADD says"),
        OptionBits.Bit("nDBANK", 29, "two banks", "one bank"),
    ];

    private static readonly OptionRegister s_boot = new(
        "FLASH_OPTCR1", OPTCR1, new OptionBits("BOOT_ADD0", 15, 0, BootAddress), new OptionBits("BOOT_ADD1", 31, 16, BootAddress));

    private static readonly OptionRegister s_pcrop = new(
        "FLASH_OPTCR2",
        OPTCR2,
        Sectors("PCROP", 7, 0, "1 makes a sector unreadable and unchangeable"),
        OptionBits.Bit("PCROP_RDP", 31, "PCROP outlasts a return from read-out protection level 1", "a return from read-out protection level 1 erases PCROP sectors too"));

    public FlashController Open(FlashChip chip) => new Stm32F7Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. device.Flash.DualBank ? s_twelveSectors : s_eightSectors];
        return
        [
            .. new OptionRegister("FLASH_OPTCR", OPTCR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_boot.Read(memory, device),
            .. device.DeviceId == WithPcrop ? s_pcrop.Read(memory, device) : [],
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var options = memory.Read32(device.Flash.Controller + OPTCR);
        List<string> registers = [$"FLASH_OPTCR = 0x{options:X8}"];
        var barriers = new List<Barrier>();
        var written = Named(layout, bit => (options >> (FirstNwrp + bit) & 1) == 0);
        if (written.Count > 0)
        {
            barriers.Add(new Barrier(
                BarrierKind.Write, written,
                "Option bytes (nWRP) cover them, often set by a bootloader that protects itself.",
                "Link the image to other sectors, or lift the protection with the tool that set it."));
        }

        if (device.DeviceId == WithPcrop)
        {
            var pcrop = memory.Read32(device.Flash.Controller + OPTCR2);
            registers.Add($"FLASH_OPTCR2 = 0x{pcrop:X8}");
            var read = Named(layout, bit => (pcrop >> bit & 1) != 0);
            if (read.Count > 0)
            {
                barriers.Add(new Barrier(
                    BarrierKind.Read, read,
                    "PCROP covers them; it can be lifted only by a return from read-out protection level 1 with PCROP_RDP set, and that erases the chip.",
                    "Link the image to other sectors, or go to read-out protection level 1 and back, which erases the chip."));
            }
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)(options >> 8)), barriers, registers);
    }

    /// <summary>
    /// The sectors whose bit tells so. With two banks a bit stands for two sectors. Whether the second bank's bits then go on from
    /// the first bank's last sector or from the manual's sector 12 is the same with 2 MiB and not with 1 MiB; there either bit counts.
    /// </summary>
    private static HashSet<int> Named(BankedLayout layout, Func<int, bool> tells) => layout.Banks.Count == 1
        ? [.. layout.Sectors.Select(sector => sector.Number).Where(tells)]
        : [.. layout.Sectors.Select((sector, index) => (sector.Number, index)).Where(both => tells(both.Number / 2) || tells(both.index / 2)).Select(both => both.Number)];

    private static OptionBits Sectors(string name, int high, int low, string meaning) => new(
        name, high, low, value => $"a bit for each sector, from sector 0 up, {meaning}: {Convert.ToString(value, 2).PadLeft(high - low + 1, '0')}");

    private static string BootAddress(uint value) => $"boots from {new Address(value << 14)} if BOOT0 asks for it";
}
