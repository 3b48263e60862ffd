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
        CommonOptions.Rdp,
        OptionBits.Bit("BOR_EN", 8, "the brown-out level is fixed, 1.6 V", "the brown-out level is configurable"),
        OptionBits.Field("BORR_LEV", 10, 9, "rising 2.1 V", "rising 2.3 V", "rising 2.6 V", "rising 2.9 V"),
        OptionBits.Field("BORF_LEV", 12, 11, "falling 2.0 V", "falling 2.2 V", "falling 2.5 V", "falling 2.8 V"),
        .. CommonOptions.LowPowerResets(13),
        .. CommonOptions.Watchdogs,
        OptionBits.Bit("RAM_PARITY_CHECK", 22, "RAM parity is checked", "RAM parity is not checked"),
        .. CommonOptions.BootSelect,
        .. CommonOptions.ResetPin(27),
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
        CommonOptions.BootLock);

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

    private static Barrier? Securable(BankedLayout layout, int number, uint pages) =>
        layout.Banks.FirstOrDefault(bank => bank.Number == number) is { } bank
            ? PageAreas.Securable(bank, pages, "the securable area (FLASH_CR.SEC_PROT)")
            : null;
}
