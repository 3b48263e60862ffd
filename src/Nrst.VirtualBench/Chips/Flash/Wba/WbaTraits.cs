namespace Nrst.VirtualBench.Chips.Flash.Wba;

/// <summary>What differs between the STM32WBA5x with one bank and the STM32WBA6x with two.</summary>
/// <param name="HasTwoBanks">MER2, BKER, the areas of bank 2, SWAP_BANK and DUAL_BANK.</param>
internal sealed record WbaTraits(bool HasTwoBanks)
{
    private const uint Area = 0x007F_007F, Unlock = 1u << 31;

    public uint Optr => HasTwoBanks ? 0xEF3F_B7FFu : 0x8F0F_B7FF;

    /// <summary>The option registers with what leaves the factory and what OPTSTRT programs.</summary>
    public IReadOnlyList<(uint Offset, uint Factory, uint Writable)> Options()
    {
        List<(uint, uint, uint)> options =
        [
            // Level 0, watchdogs by software, two banks not exchanged, boot by pin, no TrustZone.
            (0x40, 0x0F2F_B0AA & Optr, Optr), (0x44, 0x0800_0000, 0xFFFF_FF80), (0x48, 0x0BF8_8000, 0xFFFF_FF80), (0x4C, 0x0C00_0000, 0xFFFF_FF81),
            (0x50, 0x7F, Area), (0x54, 0, 0x807F_0000), (0x58, Unlock | 0x7F, Area | Unlock), (0x5C, Unlock | 0x7F, Area | Unlock),
        ];
        if (HasTwoBanks)
        {
            options.AddRange([(0x60, 0x7F, Area), (0x64, 0, 0x807F_0000), (0x68, Unlock | 0x7F, Area | Unlock), (0x6C, Unlock | 0x7F, Area | Unlock)]);
        }

        return options;
    }

    /// <summary>The secure side reads 0 and takes nothing while TrustZone is off; keys of the owner are not built.</summary>
    public IReadOnlyList<FlashRegister> Registers()
    {
        var banks = HasTwoBanks ? 0x8800u : 0;
        var suspend = HasTwoBanks ? 0x0003_0003u : 3;
        var address = HasTwoBanks ? 0x006F_FFFFu : 0x004F_FFFF;
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0, HasTwoBanks ? 0x790Fu : 0x590F, Reset: 1), new(0x08, "NSKEYR", uint.MaxValue), new(0x0C, "SECKEYR", uint.MaxValue),
            new(0x10, "OPTKEYR", uint.MaxValue), new(0x18, "PDKEYR", 0, uint.MaxValue),
            new(0x20, "NSSR", 0x0003_20FB, HasTwoBanks ? 0x003C_0000u : 0x001C_0000), new(0x24, "SECSR", 0x0003_00FB),
            new(0x28, "NSCR1", 0xCB03_43FF | banks), new(0x2C, "SECCR1", 0xA301_43FF | banks), new(0x30, "ECCR", 0xC100_0000 | address),
            new(0x34, "OPSR", 0xE000_0000 | address), new(0x38, "NSCR2", 0, suspend), new(0x3C, "SECCR2", 0, suspend),
            new(0x70, "OEM1KEYR1", 0, uint.MaxValue), new(0x74, "OEM1KEYR2", 0, uint.MaxValue), new(0x78, "OEM2KEYR1", 0, uint.MaxValue),
            new(0x7C, "OEM2KEYR2", 0, uint.MaxValue), new(0xC0, "SECHDPCR", 0, HasTwoBanks ? 3u : 1), new(0xC4, "PRIVCFGR", 0, 3),
        ];
        registers.AddRange(Options().Select(option => new FlashRegister(option.Offset, $"option 0x{option.Offset:X}", option.Writable)));
        for (var i = 0u; i < 4; i++)
        {
            registers.AddRange([new(0x80 + (4 * i), $"SECBB1R{i + 1}", 0, uint.MaxValue), new(0xD0 + (4 * i), $"PRIVBB1R{i + 1}", 0, uint.MaxValue)]);
            if (HasTwoBanks)
            {
                registers.AddRange([new(0xA0 + (4 * i), $"SECBB2R{i + 1}", 0, uint.MaxValue), new(0xF0 + (4 * i), $"PRIVBB2R{i + 1}", 0, uint.MaxValue)]);
            }
        }

        if (HasTwoBanks)
        {
            registers.Add(new(0x1C, "PDKEY2R", 0, uint.MaxValue));
        }

        return registers;
    }
}
