using Nrst.Targets;
using static Nrst.Flash.Stm32G0.FlashRegisters;

namespace Nrst.Flash.Stm32G0;

/// <summary>The STM32G0 and C0. RM0444 and RM0490, "FLASH option bytes".</summary>
internal sealed class Stm32G0Family : IFlashFamily
{
    // PCROP counts in these, RM0444, "PCROP area A start address register".
    private const uint PcropUnit = 512;

    private static readonly OptionBits[] s_common =
    [
        new("RDP", 7, 0, FlashProtection.WordsOf),
        OptionBits.Bit("BOR_EN", 8, "the brown-out level is fixed, 1.6 V", "the brown-out level is configurable"),
        OptionBits.Field("BORR_LEV", 10, 9, "rising 2.1 V", "rising 2.3 V", "rising 2.6 V", "rising 2.9 V"),
        OptionBits.Field("BORF_LEV", 12, 11, "falling 2.0 V", "falling 2.2 V", "falling 2.5 V", "falling 2.8 V"),
        OptionBits.Bit("nRST_STOP", 13, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 14, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("nRST_SHDW", 15, "entering Shutdown resets", "entering Shutdown does not reset"),
        OptionBits.Bit("IWDG_SW", 16, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("IWDG_STOP", 17, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
        OptionBits.Bit("IWDG_STDBY", 18, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Bit("WWDG_SW", 19, "the window watchdog starts with the chip", "the window watchdog is started by software"),
        OptionBits.Bit("RAM_PARITY_CHECK", 22, "RAM parity is checked", "RAM parity is not checked"),
        OptionBits.Bit("nBOOT_SEL", 24, "the BOOT0 pin decides where to boot", "nBOOT0 decides where to boot"),
        OptionBits.Bit("nBOOT1", 25, "RAM is the second place to boot from", "system memory is the second place to boot from"),
        OptionBits.Bit("nBOOT0", 26, "boots from the second place", "boots from main flash"),
        OptionBits.Field("NRST_MODE", 28, 27, "reserved", "NRST is a reset input only", "NRST is a GPIO: no reset by its pin", "NRST is reset input and output"),
        OptionBits.Bit("IRHEN", 29, "a reset by the chip is a pulse on NRST", "a reset by the chip holds NRST until it is low"),
    ];

    private static readonly OptionBits[] s_twoBanks =
    [
        OptionBits.Bit("nSWAP_BANK", 20, "bank 2 is mapped first", "bank 1 is mapped first"),
        OptionBits.Bit("DUAL_BANK", 21, "one bank", "two banks"),
    ];

    private static readonly OptionRegister s_secr = new(
        "FLASH_SECR",
        0x80,
        new OptionBits("SEC_SIZE", 7, 0, pages => pages == 0 ? "no securable area" : $"the first {pages} pages are securable"),
        OptionBits.Bit("BOOT_LOCK", 16, "the boot place is chosen", "boots from main flash only; with read-out protection level 1 the debug port is closed"));

    /// <summary>One of the areas A and B of a bank, by the offsets of its registers.</summary>
    private sealed record Areas(int Bank, string Name, uint Wrp, uint PcropStart, uint PcropEnd);

    private static readonly Areas[] s_areas =
    [
        new(1, "1A", 0x2C, 0x24, 0x28), new(1, "1B", 0x30, 0x34, 0x38), new(2, "2A", 0x4C, 0x44, 0x48), new(2, "2B", 0x50, 0x54, 0x58),
    ];

    public FlashController Open(FlashChip chip) => new Stm32G0Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. device.Flash.DualBank ? s_twoBanks : []];
        return
        [
            .. new OptionRegister("FLASH_OPTR", 0x20, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. s_secr.Read(memory, device),
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var rdp = (byte)At(0x20);
        var (secr, control) = (At(0x80), memory.Read(device.Flash.Controller, CR));
        List<string> registers = [$"FLASH_OPTR = 0x{At(0x20):X8}"];
        var barriers = new List<Barrier?>();
        foreach (var area in s_areas)
        {
            if (layout.Banks.FirstOrDefault(bank => bank.Number == area.Bank) is not { } bank)
            {
                continue;
            }

            var wrp = At(area.Wrp);
            registers.Add($"FLASH_WRP{area.Name}R = 0x{wrp:X8}");
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{area.Name}", wrp));
            barriers.Add(PageAreas.Pcrop(bank, $"PCROP{area.Name}", At(area.PcropStart) & 0x1FF, At(area.PcropEnd) & 0x1FF, PcropUnit));
        }

        barriers.Add(Securable(layout, 1, control.HasFlag(FlashCr.SEC_PROT) ? secr & 0xFF : 0));
        barriers.Add(Securable(layout, 2, control.HasFlag(FlashCr.SEC_PROT2) ? secr >> 20 & 0xFF : 0));
        return new FlashProtection(FlashProtection.LevelOf(rdp), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>RM0444, "Securable memory area": once closed by the firmware it is gone until the next reset.</summary>
    private static Barrier? Securable(BankedLayout layout, int number, uint pages) =>
        pages == 0 || layout.Banks.FirstOrDefault(bank => bank.Number == number) is not { } bank
            ? null
            : new Barrier(
                BarrierKind.Secure,
                PageAreas.Sectors(bank, 0, pages - 1, bank.Layout.Sectors[0].Range.Length),
                "The firmware closed the securable area (FLASH_CR.SEC_PROT), which lasts until a reset.",
                "Reset the chip and stop it before its firmware runs: nrst flash FILE --connect under-reset.");
}
