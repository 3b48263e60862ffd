using Nrst.Flash.Stm32L4;
using Nrst.Targets;
using static Nrst.Flash.Stm32L4.FlashRegisters;

namespace Nrst.Flash.Stm32G4;

/// <summary>The STM32G4, whose controller is that of the STM32L4 with securable areas. RM0440, "FLASH option bytes".</summary>
internal sealed class Stm32G4Family : IFlashFamily
{
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
        OptionBits.Bit("SRAM_PE", 24, "SRAM parity is checked", "SRAM parity is not checked"),
        OptionBits.Bit("CCMSRAM_RST", 25, "a reset erases the CCM RAM", "a reset keeps the CCM RAM"),
        OptionBits.Bit("nSWBOOT0", 26, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
        OptionBits.Bit("nBOOT0", 27, "boots from the second place", "boots from main flash"),
        OptionBits.Field("NRST_MODE", 29, 28, "reserved", "NRST is a reset input only", "NRST is a GPIO: no reset by its pin", "NRST is reset input and output"),
        OptionBits.Bit("IRHEN", 30, "a reset by the chip is a pulse on NRST", "a reset by the chip holds NRST until it is low"),
    ];

    private static readonly OptionBits[] s_twoBanks =
    [
        OptionBits.Bit("BFB2", 20, "boots from bank 1", "boots from bank 2"),
        OptionBits.Bit("DBANK", 22, "one bank of 4 KiB pages", "two banks of 2 KiB pages"),
    ];

    private static readonly OptionRegister s_sec1r = new(
        "FLASH_SEC1R",
        0x70,
        new OptionBits("SEC_SIZE1", 7, 0, pages => pages == 0 ? "no securable area" : $"the first {pages} pages of bank 1 are securable"),
        OptionBits.Bit("BOOT_LOCK", 16, "the boot place is chosen", "boots from main flash only; with read-out protection level 1 the debug port is closed"));

    private static readonly OptionRegister s_sec2r = new(
        "FLASH_SEC2R",
        0x74,
        new OptionBits("SEC_SIZE2", 7, 0, pages => pages == 0 ? "no securable area" : $"the first {pages} pages of bank 2 are securable"));

    /// <summary>The areas of a bank, by the offsets of their registers, and the bit that closes its securable area.</summary>
    private sealed record Areas(int Bank, uint PcropStart, uint PcropEnd, uint WrpA, uint WrpB, uint Sec, FlashCr Closed);

    private static readonly Areas[] s_areas =
    [
        new(1, 0x24, 0x28, 0x2C, 0x30, 0x70, FlashCr.SEC_PROT1), new(2, 0x44, 0x48, 0x4C, 0x50, 0x74, FlashCr.SEC_PROT2),
    ];

    public FlashController Open(FlashChip chip) => new Stm32L4Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. device.Flash.DualBank ? s_twoBanks : []];
        return
        [
            .. new OptionRegister("FLASH_OPTR", 0x20, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_sec1r.Read(memory, device),
            .. device.Flash.DualBank ? s_sec2r.Read(memory, device) : [],
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var (optr, control) = (At(0x20), memory.Read(device.Flash.Controller, CR));
        List<string> registers = [$"FLASH_OPTR = 0x{optr:X8}"];
        var barriers = new List<Barrier?>();
        foreach (var area in s_areas.Where(area => area.Bank == 1 || device.Flash.DualBank))
        {
            // As one bank, the areas of both banks count from its start, PCROP in the 128 bits that are read at once.
            var bank = layout.Banks.FirstOrDefault(bank => bank.Number == area.Bank) ?? layout.Banks[0];
            var unit = bank.Layout.Sectors[0].Range.Length == 4096 ? 16u : 8u;
            var mask = PcropMask(device);
            var (a, b) = (At(area.WrpA), At(area.WrpB));
            registers.Add($"FLASH_WRP{area.Bank}AR = 0x{a:X8}, FLASH_WRP{area.Bank}BR = 0x{b:X8}");
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{area.Bank}A", a));
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{area.Bank}B", b));
            barriers.Add(PageAreas.Pcrop(bank, $"PCROP{area.Bank}", At(area.PcropStart) & mask, At(area.PcropEnd) & mask, unit));
            if (control.HasFlag(area.Closed) && (At(area.Sec) & 0xFF) is > 0 and var pages)
            {
                barriers.Add(Securable(bank, area, pages));
            }
        }

        return new FlashProtection(FlashProtection.LevelOf((byte)optr), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>As many bits as the largest bank has units: RM0440, "Flash PCROP1 Start address register".</summary>
    private static uint PcropMask(Device device)
    {
        var units = device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.Banks)
            .Max(bank => bank.Layout.Range.Length / (bank.Layout.Sectors[0].Range.Length == 4096 ? 16u : 8u));
        return System.Numerics.BitOperations.RoundUpToPowerOf2(units) - 1;
    }

    /// <summary>RM0440, "Securable memory area": once closed by the firmware it is gone until the next reset.</summary>
    private static Barrier Securable(FlashBank bank, Areas area, uint pages) => new(
        BarrierKind.Secure,
        PageAreas.Sectors(bank, 0, pages - 1, bank.Layout.Sectors[0].Range.Length),
        $"The firmware closed the securable area of bank {area.Bank} (FLASH_CR.{area.Closed}), which lasts until a reset.",
        "Reset the chip and stop it before its firmware runs: nrst flash FILE --connect under-reset.");
}
