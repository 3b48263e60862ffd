using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash.WordBuffer;

namespace Nrst.VirtualBench.Chips.Flash.H5;

/// <summary>What differs between the dies with the flash interface of the STM32H5: the H5 lines with and without TrustZone, and the C5.</summary>
internal sealed record H5Traits
{
    private const uint OBKCFGR = 0x01FF_000F, EDATAR = 0x8007;

    public required bool HasTrustZone { get; init; }

    public bool IsC5 { get; init; }

    /// <summary>The flags of SR, and their bits in CCR and CR.</summary>
    public required uint Flags { get; init; }

    /// <summary>Width of SNB (PNB on the C5), which starts at bit 6.</summary>
    public required int SectorBits { get; init; }

    /// <summary>Sectors that a bit of WRP protects.</summary>
    public required int SectorsPerProtection { get; init; }

    public required uint WriteProtectMask { get; init; }

    public required uint Optsr { get; init; }

    public required uint Optsr2 { get; init; }

    public required uint Hdp { get; init; }

    /// <summary>Where the one-time programmable half-words are, and how many bytes.</summary>
    public required uint OtpAt { get; init; }

    public required int OtpLength { get; init; }

    public static H5Traits Of(Device device, Part part) => device.DeviceId switch
    {
        0x474 => new H5Traits
        {
            HasTrustZone = false, Flags = 0x009F_0000, SectorBits = 3, SectorsPerProtection = 1, WriteProtectMask = 0xFF, Optsr = 0x8033_FFDF,
            Optsr2 = 0x0000_0658, Hdp = 0x0007_0007, OtpAt = 0x08FF_F000, OtpLength = 2048,
        },
        0x478 or 0x484 => new H5Traits
        {
            HasTrustZone = true, Flags = 0x00FF_0000, SectorBits = 7, SectorsPerProtection = 4, WriteProtectMask = uint.MaxValue, Optsr = 0xBFF3_FFDF,
            Optsr2 = 0xFF00_017C, Hdp = 0x007F_007F, OtpAt = 0x08FF_F000, OtpLength = 2048,
        },
        0x44E or 0x44F or 0x45A => new H5Traits
        {
            // How many pages a bit of the C5 protects is in no source: as few as let the bits reach over a bank.
            HasTrustZone = false, IsC5 = true, Flags = 0x009F_0000, SectorBits = 6, SectorsPerProtection = part.FlashKiB > 512 ? 2 : 1,
            WriteProtectMask = uint.MaxValue, Optsr = 0xE0F0_FFD8, Optsr2 = 0x13, Hdp = 0x003F_003F, OtpAt = 0x08FF_E000, OtpLength = 4608,
        },
        _ => throw new ArgumentOutOfRangeException(nameof(device), $"DEV_ID 0x{device.DeviceId:X3} is neither an STM32H5 nor an STM32C5."),
    };

    public IReadOnlyList<OptionPair> Options()
    {
        List<OptionPair> options =
        [
            // Open, watchdogs by software, no reset on Stop or Standby; TrustZone off; boot from the start of the flash.
            new(0x50, 0x54, 0x0030_EDD8 & Optsr, Optsr), new(0x70, 0x74, (HasTrustZone ? 0xC300_0174u : 0x53) & Optsr2, Optsr2),
            new(0x80, 0x84, 0x0800_00C3, uint.MaxValue), new(0x90, 0x94, 0, IsC5 ? 0xFF_FFFF : uint.MaxValue),
            new(0xE8, 0xEC, WriteProtectMask, WriteProtectMask), new(0x1E8, 0x1EC, WriteProtectMask, WriteProtectMask),
            new(0xF8, 0xFC, 1, Hdp), new(0x1F8, 0x1FC, 1, Hdp),
        ];
        if (!IsC5)
        {
            options.Add(new(0x60, 0x64, 0, 0xFF_FFFF));
        }

        if (HasTrustZone)
        {
            options.AddRange(
            [
                new(0x68, 0x6C, 0, 0xFF_FFFF), new(0x88, 0x8C, 0x0C00_00C3, uint.MaxValue), new(0xE0, 0xE4, 0x7F, 0x7F_007F),
                new(0x1E0, 0x1E4, 0x7F, 0x7F_007F), new(0xF0, 0xF4, 0, EDATAR), new(0x1F0, 0x1F4, 0, EDATAR),
            ]);
        }

        if (IsC5)
        {
            options.Add(new(0x98, 0x9C, uint.MaxValue, uint.MaxValue));
        }

        return options;
    }

    public IReadOnlyList<FlashRegister> Registers(IReadOnlyList<OptionPair> options)
    {
        var sectors = ((1u << SectorBits) - 1) << 6;
        var ecc = IsC5 ? 0x01E0_3FFFu : HasTrustZone ? 0x01F0_FFFFu : 0x01C0_FFFF;
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0, IsC5 ? 0x0001_013Fu : 0x13Fu, Reset: 0x13),
            new(0x04, "NSKEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x18, "OPSR", IsC5 ? 0xE160_FFFF : HasTrustZone ? 0xE1EF_FFFFu : 0xE1CF_FFFF),
            new(0x1C, "OPTCR", 0x8000_0003),
            new(0x20, "NSSR", Flags | 0xB | (IsC5 ? 0x300u : 0)),
            new(0x28, "NSCR", Flags | sectors | 0x8000_803F, 0x2000_0000),
            new(0x30, "NSCCR", Flags),
            new(0x3C, "PRIVCFGR", 0, HasTrustZone ? 3u : 2),
            new(0x48, "HDPEXTR", 0, Hdp),
            new(0x100, "ECCCORR", 0, ecc | 1u << 25 | 1u << 30),
            new(0x104, "ECCDETR", ecc | 1u << 31),
            new(0x108, "ECCDR", 0, IsC5 ? 0x7_FFFFu : 0xFFFF),
        ];
        registers.AddRange(options.Select(pair => new FlashRegister(pair.Current, $"option 0x{pair.Current:X} CUR", pair.Writable)));
        registers.AddRange(options.Select(pair => new FlashRegister(pair.Wanted, $"option 0x{pair.Wanted:X} PRG", pair.Writable)));
        if (HasTrustZone)
        {
            // The secure side reads 0 and takes nothing while TrustZone is off. Key storage is not built.
            registers.AddRange(
            [
                new(0x08, "SECKEYR", uint.MaxValue), new(0x24, "SECSR", Flags | 0xB), new(0x2C, "SECCR", Flags | sectors | 0xA000_803F),
                new(0x34, "SECCCR", Flags), new(0x10, "NSOBKKEYR", 0, uint.MaxValue), new(0x14, "SECOBKKEYR", 0, uint.MaxValue),
                new(0x40, "NSOBKCFGR", 0, OBKCFGR), new(0x44, "SECOBKCFGR", 0, OBKCFGR),
            ]);
            foreach (var (at, name) in (ReadOnlySpan<(uint, string)>)[(0xA0, "SECBB1R"), (0xC0, "PRIVBB1R"), (0x1A0, "SECBB2R"), (0x1C0, "PRIVBB2R")])
            {
                for (var i = 0u; i < 4; i++)
                {
                    registers.Add(new(at + (4 * i), $"{name}{i + 1}", 0, uint.MaxValue));
                }
            }
        }
        else if (!IsC5)
        {
            registers.AddRange([new(0xC0, "PRIVBB1R1", 0, 0xFF), new(0x1C0, "PRIVBB2R1", 0, 0xFF)]);
        }

        if (IsC5)
        {
            registers.AddRange(
            [
                new(0xA4, "OEMKEYR1_PRG", 0, uint.MaxValue), new(0xAC, "OEMKEYR2_PRG", 0, uint.MaxValue), new(0xB4, "OEMKEYR3_PRG", 0, uint.MaxValue),
                new(0xBC, "OEMKEYR4_PRG", 0, uint.MaxValue), new(0xC4, "BSKEYR_PRG", 0, uint.MaxValue),
            ]);
        }

        return registers;
    }
}
