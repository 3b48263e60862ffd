using Nrst.Flash.Stm32L4;
using Nrst.Targets;
using static Nrst.Flash.Stm32L4.FlashRegisters;

namespace Nrst.Flash.Stm32G4;

/// <summary>The STM32G4, whose controller is that of the STM32L4 with securable areas. RM0440, "FLASH option bytes".</summary>
internal sealed class Stm32G4Family : IFlashFamily
{
    private static readonly OptionBits[] s_common =
    [
        CommonOptions.Rdp,
        CommonOptions.BrownOut(8),
        .. CommonOptions.LowPowerResets(12),
        .. CommonOptions.Watchdogs,
        CommonOptions.NBoot1(23),
        OptionBits.Bit("SRAM_PE", 24, "SRAM parity is checked", "SRAM parity is not checked"),
        OptionBits.Bit("CCMSRAM_RST", 25, "a reset erases the CCM RAM", "a reset keeps the CCM RAM"),
        .. CommonOptions.SoftwareBoot,
        .. CommonOptions.ResetPin(28),
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
        CommonOptions.BootLock);

    private static readonly OptionRegister s_sec2r = new(
        "FLASH_SEC2R",
        0x74,
        new OptionBits("SEC_SIZE2", 7, 0, pages => pages == 0 ? "no securable area" : $"the first {pages} pages of bank 2 are securable"));

    /// <summary>The securable area of a bank: the register with its size, and the bit that closes it.</summary>
    private static (uint Size, FlashCr Closed) SecurableOf(int bank) => bank == 1 ? (0x70u, FlashCr.SEC_PROT1) : (0x74u, FlashCr.SEC_PROT2);

    /// <summary>Used as one bank it is read 128 bits wide, and sources do not agree on how long a row is then; so all is programmed double word by double word.</summary>
    public FlashController Open(FlashChip chip) => new Stm32L4Flash(chip, byRows: false);

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
        foreach (var area in BankAreas.Of(device))
        {
            // As one bank, PCROP counts in the 128 bits that are read at once.
            var bank = area.BankIn(layout);
            var unit = bank.Layout.Sectors[0].Range.Length == 4096 ? 16u : 8u;
            var (size, closed) = SecurableOf(area.Number);
            barriers.AddRange(area.Read(At, device, bank, PcropMask(device), unit, registers));
            barriers.Add(PageAreas.Securable(bank, control.HasFlag(closed) ? At(size) & 0xFF : 0, $"the securable area of bank {area.Number} (FLASH_CR.{closed})"));
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
}
