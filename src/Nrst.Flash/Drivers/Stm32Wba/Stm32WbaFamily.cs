using Nrst.Targets;
using static Nrst.Flash.Stm32Wba.FlashRegisters;

namespace Nrst.Flash.Stm32Wba;

/// <summary>The STM32WBA. RM0493 and RM0515, "FLASH option bytes".</summary>
internal sealed class Stm32WbaFamily : IFlashFamily
{
    private static readonly OptionBits[] s_common =
    [
        new("RDP", 7, 0, value => value == 0x55 ? "level 0.5, a debugger gets the non-secure world only" : FlashProtection.WordsOf(value)),
        OptionBits.Field("BOR_LEV", 10, 8, "level 0, 1.7 V", "level 1, 2.0 V", "level 2, 2.2 V", "level 3, 2.5 V", "level 4, 2.8 V"),
        OptionBits.Bit("nRST_STOP", 12, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", 13, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("SRAM1_RST", 15, "a reset erases SRAM1", "a reset leaves SRAM1"),
        .. CommonOptions.Watchdogs,
        OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
        OptionBits.Bit("SRAM2_RST", 25, "a reset erases SRAM2", "a reset leaves SRAM2"),
        OptionBits.Bit("nSWBOOT0", 26, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
        OptionBits.Bit("nBOOT0", 27, "boots from the second address", "boots from the first address"),
        OptionBits.Bit("TZEN", 31, "TrustZone is off", "TrustZone is on"),
    ];

    private static readonly OptionBits[] s_twoBanks =
    [
        OptionBits.Bit("SWAP_BANK", 20, "bank 1 is mapped first", "bank 2 is mapped first"),
        OptionBits.Bit("DUAL_BANK", 21, "one bank", "two banks"),
        OptionBits.Bit("IO_VDD_HSLV", 29, "the pins work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
        OptionBits.Bit("IO_VDDIO2_HSLV", 30, "the pins on VDDIO2 work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
    ];

    public FlashController Open(FlashChip chip) => new Stm32WbaFlash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. device.Flash.DualBank ? s_twoBanks : []];
        return
        [
            .. new OptionRegister("FLASH_OPTR", OPTR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. Boot("FLASH_NSBOOTADD0R", NSBOOTADD0R, "NSBOOTADD0").Read(memory, device),
            .. Boot("FLASH_NSBOOTADD1R", NSBOOTADD1R, "NSBOOTADD1").Read(memory, device),
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var options = At(OPTR);
        var secure = options >> 31 != 0;
        List<string> registers = [$"FLASH_OPTR = 0x{options:X8}"];
        var barriers = new List<Barrier?>();
        foreach (var bank in layout.Banks.OrderBy(bank => bank.Number))
        {
            var step = (uint)(bank.Number - 1) * BankStep;
            var (a, b, secwm) = (At(WRPAR + step), At(WRPBR + step), At(SECWMR1 + step));
            var name = device.Flash.DualBank ? $"WRP{bank.Number}" : "WRP";
            registers.Add($"FLASH_{name}AR = 0x{a:X8}");
            registers.Add($"FLASH_{name}BR = 0x{b:X8}");
            barriers.Add(PageAreas.Wrp(device, bank, $"{name}A", a));
            barriers.Add(PageAreas.Wrp(device, bank, $"{name}B", b));
            barriers.Add(secure ? Secure(bank, secwm) : null);
        }

        var rdp = (byte)options;
        return new FlashProtection(
            secure && rdp == 0x55 ? Flash.ReadProtection.NonSecureOnly : FlashProtection.LevelOf(rdp), [.. barriers.OfType<Barrier>()], registers);
    }

    private static OptionRegister Boot(string register, uint offset, string name) => new(
        register, offset, new OptionBits(name, 31, 7, value => $"0x{value >> 9:X4}_{value << 7 & 0xFFFF:X4}"));

    /// <summary>With TrustZone the pages between SECWM_PSTRT and SECWM_PEND are secure.</summary>
    private static Barrier? Secure(FlashBank bank, uint secwm)
    {
        var sectors = PageAreas.Sectors(bank, secwm & 0x7F, secwm >> 16 & 0x7F, bank.Layout.Sectors[0].Range.Length);
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Secure, sectors,
                $"TrustZone is on and they are secure (SECWM{bank.Number}).",
                "Link the image to non-secure pages, move the watermark, or go from read-out protection level 1 to 0 with TZEN off, which erases the chip.");
    }
}
