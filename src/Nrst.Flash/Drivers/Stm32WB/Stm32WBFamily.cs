using Nrst.Targets;

namespace Nrst.Flash.Stm32WB;

/// <summary>What the STM32WB and the STM32WL have in different places.</summary>
/// <param name="SecurePages">SFSA, the first page that CPU2 owns.</param>
/// <param name="NoSecurePages">FSD: CPU2 owns none.</param>
/// <param name="HiddenPages">HDPSA, the first page that is hidden after the boot.</param>
/// <param name="NotHidden">HDPAD.</param>
internal sealed record TwoCpuShape(
    IReadOnlyList<OptionBits> Options, OptionBits SecurePages, OptionBits NoSecurePages, OptionBits? HiddenPages, OptionBits? NotHidden)
{
    /// <summary>RM0434, "Flash memory option register (FLASH_OPTR)" and "Secure flash start address register (FLASH_SFR)".</summary>
    public static TwoCpuShape Wb { get; } = new(
        [
            OptionBits.Bit("SRAM2PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
            OptionBits.Bit("SRAM2RST", 25, "a reset erases SRAM2", "a reset keeps SRAM2"),
            new OptionBits("AGC_TRIM", 31, 29, _ => "a trim value of the radio"),
        ],
        First("SFSA", 7, 0, "the radio's CPU owns the pages"),
        OptionBits.Bit("FSD", 8, "the radio's CPU owns flash", "the radio's CPU owns no flash"),
        null,
        null);

    /// <summary>RM0453, "FLASH option register (FLASH_OPTR)" and "FLASH secure flash start address register (FLASH_SFR)".</summary>
    public static TwoCpuShape Wl { get; } = new(
        [
            OptionBits.Bit("SRAM2_PE", 24, "SRAM2 parity is checked", "SRAM2 parity is not checked"),
            OptionBits.Bit("SRAM_RST", 25, "a reset erases the RAM", "a reset keeps the RAM"),
            OptionBits.Bit("BOOT_LOCK", 30, "the boot place of CPU1 is chosen", "CPU1 boots from main flash only"),
            OptionBits.Bit("C2BOOT_LOCK", 31, "the boot place of CPU2 is chosen", "CPU2 boots from its own vector only"),
        ],
        First("SFSA", 6, 0, "CPU2 owns the pages"),
        OptionBits.Bit("FSD", 7, "CPU2 owns flash", "CPU2 owns no flash"),
        First("HDPSA", 22, 16, "a hidden area would hold the pages"),
        OptionBits.Bit("HDPAD", 23, "there is a hidden area", "there is no hidden area"));

    private static OptionBits First(string name, int high, int low, string what) => new(name, high, low, page => $"{what} from {page} on");
}

/// <summary>The STM32WB and WL: one flash for two CPUs, of which the second may be secure. RM0434 and RM0453, "FLASH option bytes".</summary>
internal sealed class Stm32WBFamily(TwoCpuShape shape) : IFlashFamily
{
    private static readonly OptionBits s_ese =
        OptionBits.Bit("ESE", 8, "CPU2 is not secure", "CPU2 is secure; only its own firmware can change what it owns");

    private static readonly OptionBits[] s_common =
    [
        CommonOptions.Rdp,
        s_ese,
        CommonOptions.BrownOut(9),
        .. CommonOptions.LowPowerResets(12),
        .. CommonOptions.Watchdogs,
        CommonOptions.NBoot1(23),
        .. CommonOptions.SoftwareBoot,
    ];

    /// <summary>One of the areas A and B, by the offsets of its registers.</summary>
    private static readonly (string Name, uint Wrp, uint PcropStart, uint PcropEnd)[] s_areas = [("1A", 0x2C, 0x24, 0x28), ("1B", 0x30, 0x34, 0x38)];

    public FlashController Open(FlashChip chip) => new Stm32WBFlash(chip);

    public IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device)
    {
        OptionBits?[] owned = [shape.SecurePages, shape.NoSecurePages, shape.HiddenPages, shape.NotHidden];
        return
        [
            .. new OptionRegister("FLASH_OPTR", 0x20, [.. s_common.Concat(shape.Options).OrderBy(field => field.Low)]).Read(memory, device),
            .. new OptionRegister("FLASH_SFR", 0x80, [.. owned.OfType<OptionBits>()]).Read(memory, device),
        ];
    }

    public FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout)
    {
        uint At(uint offset) => memory.Read32(device.Flash.Controller + offset);
        var (optr, sfr, bank) = (At(0x20), At(0x80), layout.Banks[0]);
        var page = bank.Layout.Sectors[0].Range.Length;
        var pages = (uint)device.Parts.Max(part => part.Layouts[0].Sectors.Count());
        var mask = System.Numerics.BitOperations.RoundUpToPowerOf2(pages * 2) - 1; // PCROP counts half pages
        List<string> registers = [$"FLASH_OPTR = 0x{optr:X8}", $"FLASH_SFR = 0x{sfr:X8}"];
        var barriers = new List<Barrier?>();
        foreach (var (name, wrpAt, start, end) in s_areas)
        {
            var wrp = At(wrpAt);
            registers.Add($"FLASH_WRP{name}R = 0x{wrp:X8}");
            barriers.Add(PageAreas.Wrp(device, bank, $"WRP{name}", wrp));
            barriers.Add(PageAreas.Pcrop(bank, $"PCROP{name}", At(start) & mask, At(end) & mask, page / 2));
        }

        barriers.Add(OwnedByCpu2(bank, optr, sfr, page));
        return new FlashProtection(FlashProtection.LevelOf((byte)optr), [.. barriers.OfType<Barrier>()], registers);
    }

    /// <summary>The pages from SFSA on hold the firmware of the second CPU, on the STM32WB the radio stack and what updates it.</summary>
    private Barrier? OwnedByCpu2(FlashBank bank, uint optr, uint sfr, uint page)
    {
        var sectors = s_ese.Of(optr) == 0 || shape.NoSecurePages.Of(sfr) != 0
            ? []
            : PageAreas.Sectors(bank, shape.SecurePages.Of(sfr), (uint)bank.Layout.Sectors.Count - 1, page);
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Secure,
                sectors,
                $"The second CPU owns the pages from {shape.SecurePages.Of(sfr)} on (SFSA); a debugger can neither read nor change them.",
                "Link the image below these pages. The radio stack is updated by the firmware upgrade service of the chip (FUS), not by a debugger.");
    }
}
