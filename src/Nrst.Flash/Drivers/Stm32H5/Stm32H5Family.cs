using Nrst.Targets;
using static Nrst.Flash.Stm32H5.FlashRegisters;

namespace Nrst.Flash.Stm32H5;

/// <summary>The STM32H5 and C5. RM0481 and RM0492, "FLASH option bytes"; for the STM32C5 the headers of the line.</summary>
internal sealed class Stm32H5Family : IFlashFamily
{
    private const uint TrustZoneOn = 0xB4;
    private const uint TrustZoneOff = 0xC3;

    private static readonly OptionBits[] s_h5 =
    [
        OptionBits.Field("BOR_LEV", 1, 0, "level 1, 2.1 V", "level 2, 2.4 V", "level 3, 2.7 V", "level 1, 2.1 V"),
        OptionBits.Bit("BORH_EN", 2, "the brown-out level is 1.6 V", "the brown-out level is that of BOR_LEV"),
        new("PRODUCT_STATE", 15, 8, WordsOfState),
        OptionBits.Bit("IO_VDD_HSLV", 16, "the pins work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
        OptionBits.Bit("IO_VDDIO2_HSLV", 17, "the pins on VDDIO2 work over the whole supply range", "fast pins below 2.7 V; a higher supply damages them"),
        new("BOOT_UBE", 29, 22, value => value switch { 0xB4 => "starts in the maker's own firmware", 0xC3 => "starts in ST's firmware", _ => "reserved" }),
    ];

    private static readonly OptionBits[] s_c5 =
    [
        new("RDP_LEVEL", 15, 8, value => value switch
        {
            0xED => "level 0, no read-out protection",
            0x72 => "level 2, no debugger without the key",
            0xD1 => "level 2 with boundary scan, no debugger without the key",
            _ => "not a level that is known",
        }),
        OptionBits.Bit("BOOT_SEL", 22, "the BOOT0 pin decides where to boot", "the option bit BOOT0 decides where to boot"),
        OptionBits.Bit("BOOT0", 23, "boots from main flash", "boots from the boot loader"),
        OptionBits.Bit("EDATA_EN", 29, "no extra data area", "the extra data area is open"),
        OptionBits.Bit("SINGLE_BANK", 30, "two banks", "one bank"),
    ];

    private static readonly OptionBits[] s_common =
    [
        OptionBits.Bit("IWDG_SW", 3, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("WWDG_SW", 4, "the window watchdog starts with the chip", "the window watchdog is started by software"),
        OptionBits.Bit("NRST_STOP", 6, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("NRST_STDBY", 7, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("IWDG_STOP", 20, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
        OptionBits.Bit("IWDG_STDBY", 21, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Bit("SWAP_BANK", 31, "bank 1 is mapped first", "bank 2 is mapped first"),
    ];

    private static readonly OptionRegister s_second = new(
        "FLASH_OPTSR2_CUR",
        OPTSR2_CUR,
        new OptionBits("TZEN", 31, 24, value => value switch { TrustZoneOn => "TrustZone is on", TrustZoneOff => "TrustZone is off", _ => "reserved" }));

    private static readonly OptionRegister s_boot = new(
        "FLASH_NSBOOTR_CUR",
        BOOTR_CUR,
        new OptionBits("BOOT_LOCK", 7, 0, value => value == 0xB4 ? "the boot address cannot be changed any more" : "the boot address can be changed"),
        new OptionBits("BOOTADD", 31, 8, value => $"starts at 0x{value >> 8:X4}_{value << 8 & 0xFFFF:X4}"));

    public FlashController Open(FlashChip chip) => new Stm32H5Flash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits[] fields = [.. s_common, .. HasLevels(device) ? s_c5 : s_h5];
        return
        [
            .. new OptionRegister("FLASH_OPTSR_CUR", OPTSR_CUR, [.. fields.OrderBy(field => field.Low)]).Read(memory, device),
            .. device.TrustZone is null ? [] : s_second.Read(memory, device),
            .. s_boot.Read(memory, device),
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var options = At(OPTSR_CUR);
        var secure = device.TrustZone is not null && At(OPTSR2_CUR) >> 24 == TrustZoneOn;
        List<string> registers = [$"FLASH_OPTSR_CUR = 0x{options:X8}"];
        if (device.TrustZone is not null)
        {
            registers.Add($"FLASH_OPTSR2_CUR = 0x{At(OPTSR2_CUR):X8}");
        }

        var barriers = new List<Barrier?>();
        foreach (var bank in layout.Banks.OrderBy(bank => bank.Number))
        {
            var step = (uint)(bank.Number - 1) * BankStep;
            var wrp = At(WRP_CUR + step);
            registers.Add($"FLASH_WRP{bank.Number}R_CUR = 0x{wrp:X8}");
            barriers.Add(Write(device, bank, wrp));
            if (device.TrustZone is not null)
            {
                barriers.Add(DataArea(bank, At(EDATA_CUR + step)));
                barriers.Add(secure ? Secure(bank, At(SECWM_CUR + step)) : null);
            }
        }

        var state = options >> 8 & 0xFF;
        return new FlashProtection(
            HasLevels(device) ? LevelOf(state) : secure && state == 0xC6 ? Flash.ReadProtection.NonSecureOnly : Flash.ReadProtection.Level0,
            [.. barriers.OfType<Barrier>()],
            registers)
        {
            Closed = HasLevels(device) ? null : ClosureOf(state, secure),
        };
    }

    /// <summary>The lines with SINGLE_BANK have read-out protection levels where the others have a product state.</summary>
    internal static bool HasLevels(Device device) => device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.When)
        .Any(value => value.Field.Name == "SINGLE_BANK");

    private static Flash.ReadProtection LevelOf(uint level) => level switch
    {
        0xED => Flash.ReadProtection.Level0,
        0x72 or 0xD1 => Flash.ReadProtection.Level2,
        _ => Flash.ReadProtection.Level1,
    };

    private static string WordsOfState(uint state) => state switch
    {
        0xED => "open",
        0x17 => "provisioning",
        0x2E => "iROT provisioned",
        0xC6 => "TZ-closed, a debugger gets the non-secure world only",
        0x72 => "closed, no debugger without authentication",
        0x5C => "locked, no debugger for ever",
        0x9A => "regression under way",
        0xA3 => "regression of the non-secure world under way",
        _ => "not a state that is known",
    };

    /// <summary>RM0481, "Product state transitions": from every state but the open one the way back is an authenticated regression.</summary>
    private static Closure? ClosureOf(uint state, bool secure) => state switch
    {
        0xED => null,
        0xC6 when secure => null,
        0x5C => new Closure(
            "The product state is locked", "PRODUCT_STATE in the option bytes was set to its last value.", "Nothing lifts this; the chip has to be replaced."),
        0x9A or 0xA3 => new Closure(
            "A regression of the product state is under way", "It was started and has not come to its end.", "Take the supply off and put it on again."),
        _ => new Closure(
            $"The product state is {WordsOfState(state)}", "PRODUCT_STATE in the option bytes was set, by a production tool or by the firmware itself.",
            "Do a regression by debug authentication, with the password or certificate of the maker; it erases the chip."),
    };

    /// <summary>A bit that is 0 protects its sectors: four of them on the STM32H52 to H57 and one on the H503, RM0481 and RM0492.</summary>
    private static Barrier? Write(Device device, FlashBank bank, uint wrp)
    {
        // No manual of the STM32C5 was to be had: what any count of sectors would protect counts as protected.
        int[] counts = HasLevels(device) ? [1, 2, 4] : device.TrustZone is null ? [1] : [4];
        var first = bank.Layout.Sectors[0].Number;
        var sectors = bank.Layout.Sectors.Select(sector => sector.Number)
            .Where(number => counts.Any(count => (number - first) / count is var bit && bit < 32 && (wrp >> bit & 1) == 0)).ToHashSet();
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Write, sectors,
                $"The option bytes WRPSG{bank.Number} cover them, often set by a bootloader that protects itself.",
                $"Link the image to other sectors, or set the bits of WRPSG{bank.Number} to 1 with the tool that cleared them.");
    }

    /// <summary>The last sectors of the bank, one more than EDATA_STRT says, lie elsewhere as high-cycle data.</summary>
    private static Barrier? DataArea(FlashBank bank, uint edata)
    {
        if ((edata & 1u << 15) == 0)
        {
            return null;
        }

        var sectors = bank.Layout.Sectors.TakeLast((int)(edata & 7) + 1).Select(sector => sector.Number).ToHashSet();
        return new Barrier(
            BarrierKind.Read, sectors,
            $"They are the high-cycle data area (EDATA{bank.Number}_EN), which is at 0x0900_0000 and no part of the main flash.",
            $"Link the image to other sectors, or switch EDATA{bank.Number}_EN off, which erases them.");
    }

    /// <summary>With TrustZone the sectors between SECWM_STRT and SECWM_END are secure.</summary>
    private static Barrier? Secure(FlashBank bank, uint secwm)
    {
        var sectors = PageAreas.Sectors(bank, secwm & 0x7F, secwm >> 16 & 0x7F, bank.Layout.Sectors[0].Range.Length);
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Secure, sectors,
                $"TrustZone is on and they are secure (SECWM{bank.Number}).",
                $"Link the image to non-secure sectors, move SECWM{bank.Number}, or switch TZEN off by a regression, which erases the chip.");
    }
}
