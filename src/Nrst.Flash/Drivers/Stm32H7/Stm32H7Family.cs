using Nrst.Targets;
using static Nrst.Flash.Stm32H7.FlashRegisters;

namespace Nrst.Flash.Stm32H7;

/// <summary>The STM32H72 to H75, H7A and H7B. RM0433, RM0399, RM0468 and RM0455, "FLASH option bytes".</summary>
internal sealed class Stm32H7Family(ControlShape shape) : IFlashFamily
{
    /// <summary>PROT_AREA and SEC_AREA count in these.</summary>
    private const uint AreaUnit = 256;

    private static readonly OptionBits[] s_common =
    [
        OptionBits.Field("BOR_LEV", 3, 2, "off, reset below 1.6 V", "level 1, 2.1 V", "level 2, 2.4 V", "level 3, 2.7 V"),
        OptionBits.Bit("IWDG1_SW", 4, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("nRST_STOP_D1", 6, "entering DStop resets", "entering DStop does not reset"),
        OptionBits.Bit("nRST_STBY_D1", 7, "entering DStandby resets", "entering DStandby does not reset"),
        new("RDP", 15, 8, FlashProtection.WordsOf),
        OptionBits.Bit("FZ_IWDG_STOP", 17, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
        OptionBits.Bit("FZ_IWDG_SDBY", 18, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Field("ST_RAM_SIZE", 20, 19, "2 KiB of DTCM for ST's secure code", "4 KiB of DTCM for ST's secure code", "8 KiB of DTCM for ST's secure code", "16 KiB of DTCM for ST's secure code"),
        OptionBits.Bit("SECURITY", 21, "no secure areas", "secure areas are possible; taking this back needs everything in them erased"),
        OptionBits.Bit("IO_HSLV", 29, "the pins work over the whole supply range", "fast pins at less than 2.5 V; a higher supply damages them"),
    ];

    private static readonly OptionBits s_swap = OptionBits.Bit("SWAP_BANK_OPT", 31, "bank 1 is mapped first", "bank 2 is mapped first");

    private static readonly OptionBits[] s_twoCores =
    [
        OptionBits.Bit("BCM4", 22, "the Cortex-M4 waits for the Cortex-M7, or there is none", "the Cortex-M4 starts with the chip"),
        OptionBits.Bit("BCM7", 23, "the Cortex-M7 waits for the Cortex-M4, or is the only core", "the Cortex-M7 starts with the chip"),
    ];

    private static readonly OptionRegister s_boot = new(
        "FLASH_BOOT_CUR",
        BOOT_CUR,
        new OptionBits("BOOT_ADD0", 15, 0, value => $"boots from 0x{value:X4}_0000 with BOOT0 low"),
        new OptionBits("BOOT_ADD1", 31, 16, value => $"boots from 0x{value:X4}_0000 with BOOT0 high"));

    private static readonly OptionRegister s_second = new(
        "FLASH_OPTSR2_CUR",
        OPTSR2_CUR,
        OptionBits.Field("TCM_AXI_SHARED", 1, 0, "64 KiB ITCM, 320 KiB AXI SRAM", "128 KiB ITCM, 256 KiB AXI SRAM", "192 KiB ITCM, 192 KiB AXI SRAM", "256 KiB ITCM, 128 KiB AXI SRAM"),
        OptionBits.Bit("CPUFREQ_BOOST", 2, "up to 520 MHz", "up to 550 MHz, with the ECC of the TCM off"));

    public FlashController Open(FlashChip chip) => new Stm32H7Flash(chip, shape);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. device.SecondCore is null ? [] : s_twoCores, .. device.Flash.DualBank ? [s_swap] : Array.Empty<OptionBits>()];
        return
        [
            .. new OptionRegister("FLASH_OPTSR_CUR", OPTSR_CUR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_boot.Read(memory, device),
            .. device.Flash.DualBank ? [] : s_second.Read(memory, device), // RM0468 alone has it, and one bank
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        var options = memory.Read32(device.Flash.Controller + OPTSR_CUR);
        List<string> registers = [$"FLASH_OPTSR_CUR = 0x{options:X8}"];
        var barriers = new List<Barrier?>();
        foreach (var bank in layout.Banks.OrderBy(bank => bank.Number))
        {
            uint At(uint offset) => memory.Read32(device.Flash.ControllerOf(bank.Number) + offset);
            var (wpsn, prar, scar) = (At(WPSN_CUR), At(PRAR_CUR), At(SCAR_CUR));
            registers.Add($"FLASH_WPSN_CUR{bank.Number} = 0x{wpsn:X8}");
            registers.Add($"FLASH_PRAR_CUR{bank.Number} = 0x{prar:X8}");
            registers.Add($"FLASH_SCAR_CUR{bank.Number} = 0x{scar:X8}");
            barriers.Add(Write(bank, wpsn));
            barriers.Add(Area(
                bank, prar, BarrierKind.Read, $"PCROP (FLASH_PRAR_CUR{bank.Number}) covers them; it cannot be made smaller.",
                "Go to read-out protection level 1 and back with DMEP set, which erases the chip; or link the image to other sectors."));
            barriers.Add((options & 1u << 21) == 0 ? null : Area(
                bank, scar, BarrierKind.Secure, $"They are in the secure-only area (FLASH_SCAR_CUR{bank.Number}, SECURITY).",
                "Go to read-out protection level 1 and back with DMES set, which erases the chip; or link the image to other sectors."));
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)(options >> 8)), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>A bit that is 0 protects its sector, or its group of four.</summary>
    private Barrier? Write(FlashBank bank, uint wpsn)
    {
        var first = bank.Layout.Sectors[0].Number;
        var sectors = bank.Layout.Sectors.Select(sector => sector.Number)
            .Where(number => (wpsn >> ((number - first) / shape.SectorsPerWrp) & 1) == 0).ToHashSet();
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Write, sectors,
                $"The option bytes WRPSn{bank.Number} cover them, often set by a bootloader that protects itself.",
                $"Link the image to other sectors, or set the bits of WRPSn{bank.Number} to 1 with the tool that cleared them.");
    }

    /// <summary>First and last block of 256 bytes. The same one twice means the whole bank, a first above the last means nothing.</summary>
    private static Barrier? Area(FlashBank bank, uint register, BarrierKind kind, string cause, string lift)
    {
        var (first, last) = (register & 0xFFF, register >> 16 & 0xFFF);
        var sectors = first == last
            ? [.. bank.Layout.Sectors.Select(sector => sector.Number)]
            : PageAreas.Sectors(bank, first, last, AreaUnit);
        return sectors.Count == 0 ? null : new Barrier(kind, sectors, cause, lift);
    }
}
