using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash.WordBuffer;

namespace Nrst.VirtualBench.Chips.Flash.H7;

/// <summary>What differs between the dies with the flash interface of the STM32H7.</summary>
internal sealed record H7Traits
{
    /// <summary>Bytes of a flash word.</summary>
    public required int Word { get; init; }

    public required int ForceWrite { get; init; }

    public required int Start { get; init; }

    public required int SectorField { get; init; }

    public required int SectorBits { get; init; }

    /// <summary>CR.PSIZE, which chooses how many cells are programmed at a time.</summary>
    public required bool HasParallelism { get; init; }

    /// <summary>The bits of CR but LOCK.</summary>
    public required uint Cr { get; init; }

    /// <summary>The flags of SR that CCR clears.</summary>
    public required uint Flags { get; init; }

    public required bool HasTwoBanks { get; init; }

    /// <summary>The bits of OPTSR; OPT_BUSY and OPTCHANGEERR are in the register that shows it alone.</summary>
    public required uint Optsr { get; init; }

    /// <summary>Sectors that a bit of WPSN protects.</summary>
    public required int SectorsPerProtection { get; init; }

    public required uint WriteProtectMask { get; init; }

    public bool HasOtp { get; init; }

    /// <summary>OPTSR2: CPUFREQ_BOOST and TCM_AXI_SHARED.</summary>
    public bool HasSecondStatus { get; init; }

    /// <summary>A Cortex-M4 with boot addresses of its own.</summary>
    public bool HasTwoCores { get; init; }

    public static H7Traits Of(Device device, Part part) => device.DeviceId switch
    {
        0x450 => H74 with
        {
            HasTwoCores = IsDualCore(part),
            Optsr = H74.Optsr | (IsDualCore(part) ? 0x03C0_0020u : 0), // IWDG2_SW, BCM4, BCM7, NRST_STOP_D2, NRST_STBY_D2
        },
        0x483 => H74 with { HasTwoBanks = false, Optsr = 0x233E_FFDC, HasSecondStatus = true },
        0x480 => new H7Traits
        {
            Word = 16, ForceWrite = 4, Start = 5, SectorField = 6, SectorBits = 7, HasParallelism = false, Cr = 0x1FAF_9FFE,
            Flags = 0x1FAF_0000, HasTwoBanks = true, Optsr = 0xA03F_FFDC, SectorsPerProtection = 4, WriteProtectMask = uint.MaxValue, HasOtp = true,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(device), $"DEV_ID 0x{device.DeviceId:X3} is not an STM32H7."),
    };

    public static bool IsDualCore(Part part) => part.Name.Length > 8 && part.Name[..9] is "STM32H745" or "STM32H747" or "STM32H755" or "STM32H757";

    private static H7Traits H74 { get; } = new()
    {
        Word = 32, ForceWrite = 6, Start = 7, SectorField = 8, SectorBits = 3, HasParallelism = true, Cr = 0x1FEF_87FE,
        Flags = 0x1FEF_0000, HasTwoBanks = true, Optsr = 0xA03E_FFDC, SectorsPerProtection = 1, WriteProtectMask = 0xFF,
    };

    public IReadOnlyList<OptionPair> Options()
    {
        const uint Area = 0x8FFF_0FFF, NoArea = 0x0000_00FF;
        List<OptionPair> options =
        [
            // Level 0, watchdogs by software, no reset on Stop or Standby, both cores boot.
            new(0x1C, 0x20, 0x03D6_AAF0 & Optsr, Optsr),
            new(0x28, 0x2C, NoArea, Area), new(0x30, 0x34, NoArea, Area), new(0x38, 0x3C, WriteProtectMask, WriteProtectMask),
            new(0x40, 0x44, 0x1FF0_0800, uint.MaxValue),
        ];
        if (HasTwoBanks)
        {
            options.AddRange(
                [new(0x128, 0x12C, NoArea, Area), new(0x130, 0x134, NoArea, Area), new(0x138, 0x13C, WriteProtectMask, WriteProtectMask)]);
        }

        if (HasTwoCores)
        {
            options.Add(new(0x48, 0x4C, 0x1000_0810, uint.MaxValue));
        }

        if (HasOtp)
        {
            options.Add(new(0x68, 0x6C, 0, 0xFFFF));
        }

        if (HasSecondStatus)
        {
            options.Add(new(0x70, 0x74, 0, 0x7));
        }

        return options;
    }

    public IReadOnlyList<FlashRegister> Registers()
    {
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0, 0x3F, Reset: HasParallelism ? 0x37u : 0x13),
            new(0x08, "OPTKEYR", uint.MaxValue),
            new(0x18, "OPTCR", 0x4000_0003 | (HasTwoBanks ? 0x8000_0010 : 0) | (HasOtp ? 0x20u : 0)),
            new(0x1C, "OPTSR_CUR", Optsr | 0x4000_0001),
            new(0x20, "OPTSR_PRG", Optsr),
            new(0x24, "OPTCCR", 0x4000_0000),
            new(0x40, "BOOT_CUR", uint.MaxValue),
            new(0x44, "BOOT_PRG", uint.MaxValue),
        ];
        for (var bank = 1; bank <= (HasTwoBanks ? 2 : 1); bank++)
        {
            registers.AddRange(OfBank(bank));
        }

        if (HasTwoBanks)
        {
            // What both banks share answers a second time beside the registers of bank 2.
            registers.AddRange(registers.Where(register => IsShared(register.Offset)).Select(register => register with { Offset = register.Offset + 0x100 }).ToArray());
        }

        if (HasTwoCores)
        {
            registers.AddRange([new(0x48, "BOOT4_CUR", uint.MaxValue), new(0x4C, "BOOT4_PRG", uint.MaxValue)]);
        }

        if (HasOtp)
        {
            registers.AddRange([new(0x68, "OTPBL_CUR", 0xFFFF), new(0x6C, "OTPBL_PRG", 0xFFFF)]);
        }

        if (HasSecondStatus)
        {
            registers.AddRange([new(0x70, "OPTSR2_CUR", 7), new(0x74, "OPTSR2_PRG", 7)]);
        }

        return registers;
    }

    /// <summary>OPTKEYR, OPTCR, OPTSR, OPTCCR, BOOT, and ACR.</summary>
    public static bool IsShared(uint offset) => offset is 0x00 or 0x08 or 0x18 or 0x1C or 0x20 or 0x24 or 0x40 or 0x44;

    // The CRC unit is not built: its registers keep what is written, and it never ends.
    private IEnumerable<FlashRegister> OfBank(int bank)
    {
        var at = bank == 1 ? 0u : 0x100;
        const uint CrcBits = 0x1800_8000, Area = 0x8FFF_0FFF;
        yield return new(at + 0x04, $"KEYR{bank}", uint.MaxValue);
        yield return new(at + 0x0C, $"CR{bank}", (Cr & ~CrcBits) | 1, Cr & CrcBits);
        yield return new(at + 0x10, $"SR{bank}", Flags | 0xF);
        yield return new(at + 0x14, $"CCR{bank}", Flags);
        yield return new(at + 0x28, $"PRAR_CUR{bank}", Area);
        yield return new(at + 0x2C, $"PRAR_PRG{bank}", Area);
        yield return new(at + 0x30, $"SCAR_CUR{bank}", Area);
        yield return new(at + 0x34, $"SCAR_PRG{bank}", Area);
        yield return new(at + 0x38, $"WPSN_CUR{bank}", WriteProtectMask);
        yield return new(at + 0x3C, $"WPSN_PRG{bank}", WriteProtectMask);
        yield return new(at + 0x50, $"CRCCR{bank}", 0, HasParallelism ? 0x0073_0707u : 0x0073_073F);
        yield return new(at + 0x54, $"CRCSADD{bank}", 0, uint.MaxValue);
        yield return new(at + 0x58, $"CRCEADD{bank}", 0, uint.MaxValue);
        yield return new(at + 0x5C, bank == 1 ? "CRCDATA" : "CRCDATA2", 0, uint.MaxValue);
        yield return new(at + 0x60, $"ECC_FA{bank}", HasParallelism ? 0x7FFFu : 0x8000_FFFF);
    }
}
