namespace Nrst.VirtualBench.Chips.Flash.TwoWorlds;

/// <summary>What differs between the lines whose controller has a set of registers for each world of TrustZone.</summary>
internal sealed record TwoWorldsTraits
{
    private const uint UNLOCK = 1u << 31;

    /// <summary>Bytes with one error code: a double word or a quad-word.</summary>
    public int Width { get; init; } = 16;

    /// <summary>BWR: eight quad-words or sixteen double words in one go; WDW tells of a word begun.</summary>
    public bool HasBurst { get; init; } = true;

    /// <summary>MER2, BKER, the areas of bank 2 and SWAP_BANK.</summary>
    public bool HasTwoBanks { get; init; } = true;

    /// <summary>Width of the page numbers.</summary>
    public int PageBits { get; init; } = 7;

    /// <summary>Width of the addresses in ECCR and OPSR, which count from the beginning of the bank.</summary>
    public int AddressBits { get; init; } = 20;

    /// <summary>The WRP registers have an UNLOCK: an area without it stays until the read protection is lifted.</summary>
    public bool HasUnlock { get; init; } = true;

    /// <summary>Offset of the register of double errors.</summary>
    public uint DoubleErrors { get; init; } = 0x30;

    /// <summary>Offset of the register that names an operation cut off by a reset; null where there is none.</summary>
    public uint? Opsr { get; init; } = 0x34;

    /// <summary>The bits of OPTR that exist, and as it leaves the factory.</summary>
    public required uint Optr { get; init; }

    public required uint OptrFactory { get; init; }

    /// <summary>Where the second boot address points as it leaves the factory.</summary>
    public uint SystemBoot { get; init; } = 0x0BF9_0000;

    /// <summary>Width of the bits that hide an area: HDP1EN is one bit or a whole byte.</summary>
    public uint HideEnable { get; init; } = 1u << 31;

    /// <summary>The bit outside of this block without which nothing is erased or programmed: the voltage range of the STM32U3.</summary>
    public (uint Register, int Bit)? Voltage { get; init; }

    /// <summary>The registers that no two lines have in the same way.</summary>
    public required IReadOnlyList<FlashRegister> Others { get; init; }

    public uint AddressMask => (1u << AddressBits) - 1;

    public uint PageField => (1u << PageBits) - 1;

    private uint Area => PageField << 16 | PageField;

    public static TwoWorldsTraits Of(ushort deviceId) => deviceId switch
    {
        0x472 => L5,
        0x455 or 0x482 => U5(7, 4),
        0x476 or 0x481 => U5(8, 8),
        0x454 => U3(7),
        0x42A => U3(8),
        0x492 => Wba(false),
        0x4B0 => Wba(true),
        _ => throw new ArgumentOutOfRangeException(nameof(deviceId), $"DEV_ID 0x{deviceId:X3} has another flash controller."),
    };

    /// <summary>The option registers with what leaves the factory and what OPTSTRT programs.</summary>
    public IReadOnlyList<(uint Offset, uint Factory, uint Writable)> Options()
    {
        var (unlock, hide) = (HasUnlock ? UNLOCK : 0, HideEnable | PageField << 16);
        List<(uint, uint, uint)> options =
        [
            (0x40, OptrFactory & Optr, Optr), (0x44, 0x0800_0000, 0xFFFF_FF80), (0x48, SystemBoot, 0xFFFF_FF80), (0x4C, 0x0C00_0000, 0xFFFF_FF81),
            (0x50, PageField, Area), (0x54, 0, hide), (0x58, unlock | PageField, Area | unlock), (0x5C, unlock | PageField, Area | unlock),
        ];
        if (HasTwoBanks)
        {
            options.AddRange([(0x60, PageField, Area), (0x64, 0, hide), (0x68, unlock | PageField, Area | unlock), (0x6C, unlock | PageField, Area | unlock)]);
        }

        return options;
    }

    /// <summary>The secure side reads 0 and takes nothing while TrustZone is off; keys of the owner are not built.</summary>
    public IReadOnlyList<FlashRegister> Registers()
    {
        var control = 0x0003_0007u | PageField << 3 | (HasTwoBanks ? 0x8800u : 0) | (HasBurst ? 0x4000u : 0);
        var waiting = HasBurst ? 0x0002_0000u : 0;
        List<FlashRegister> registers =
        [
            new(0x08, "NSKEYR", uint.MaxValue), new(0x0C, "SECKEYR", uint.MaxValue), new(0x10, "OPTKEYR", uint.MaxValue),
            new(0x20, "NSSR", 0x0001_20FB | waiting, !HasBurst ? 0 : HasTwoBanks ? 0x003C_0000u : 0x001C_0000), new(0x24, "SECSR", 0x0001_00FB | waiting),
            new(0x28, "NSCR", 0xCB00_0000 | control), new(0x2C, "SECCR", 0xA300_0000 | (control & ~(1u << 17))),
        ];
        registers.AddRange(Others);
        registers.AddRange(Options().Select(option => new FlashRegister(option.Offset, $"option 0x{option.Offset:X}", option.Writable)));
        return registers;
    }

    private static FlashRegister Ignored(uint offset, string name, uint bits = uint.MaxValue) => new(offset, name, 0, bits);

    private static IEnumerable<FlashRegister> Row(string name, uint at, int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return Ignored(at + (4 * (uint)i), $"{name}R{i + 1}");
        }
    }

    /// <summary>RM0438. Two bits for an error in either half of the 128 that are read at once are not played.</summary>
    private static TwoWorldsTraits L5 { get; } = new()
    {
        Width = 8,
        HasBurst = false,
        HasUnlock = false,
        AddressBits = 19,
        Opsr = null,
        // Level 0, watchdogs by software, two banks not exchanged, boot by pin, no TrustZone.
        Optr = 0x9F7F_77FF,
        OptrFactory = 0x7FEF_F8AA,
        Others =
        [
            Ignored(0x00, "ACR", 0xE00F), Ignored(0x04, "PDKEYR"), Ignored(0x14, "LVEKEYR"), new(0x30, "ECCR", 0x8167_FFFF, 0x7000_0000),
            .. Row("SECBB1", 0x80, 4), .. Row("SECBB2", 0xA0, 4), Ignored(0xC0, "SECHDPCR", 3), Ignored(0xC4, "PRIVCFGR", 1),
        ],
    };

    /// <summary>RM0456.</summary>
    /// <param name="blocks">Words with a bit for each page of a bank.</param>
    private static TwoWorldsTraits U5(int pageBits, int blocks) => new()
    {
        PageBits = pageBits,
        AddressBits = pageBits + 13,
        Optr = 0xFFFF_F7FF,
        OptrFactory = 0x1FEF_F8AA,
        Others =
        [
            .. QuadWords(true, 0x0060_0000u | ((1u << (pageBits + 13)) - 1)),
            .. Row("SECBB1", 0x80, blocks), .. Row("SECBB2", 0xA0, blocks), .. Row("PRIVBB1", 0xD0, blocks), .. Row("PRIVBB2", 0xF0, blocks),
        ],
    };

    /// <summary>RM0487. Range 1 of the core voltage must be ready before anything is erased or programmed.</summary>
    private static TwoWorldsTraits U3(int pageBits) => new()
    {
        Width = 8,
        PageBits = pageBits,
        AddressBits = pageBits + 12,
        DoubleErrors = 0x34,
        Opsr = 0x38,
        Optr = 0xEFBF_FFFF,
        OptrFactory = 0x0FAF_F0AA,
        HideEnable = 0xFF00_0000,
        Voltage = (0x4003_080C, 16),
        Others =
        [
            new(0x00, "ACR", 0, 0x790F, Reset: 1), Ignored(0x18, "PDKEY1R"), Ignored(0x1C, "PDKEY2R"),
            new(0x30, "ECCCR", 0x0100_0000, 0x4060_0000 | ((1u << (pageBits + 12)) - 1)), new(0x34, "ECCDR", 0x8060_0000 | ((1u << (pageBits + 12)) - 1)),
            new(0x38, "OPSR", 0xE060_0000 | ((1u << (pageBits + 12)) - 1)),
            .. Row("SECBB1", 0x80, pageBits == 7 ? 4 : 8), .. Row("SECBB2", 0xA0, pageBits == 7 ? 4 : 8), Ignored(0xC0, "SECHDPCR"),
            Ignored(0xC4, "PRIVCFGR", 3), Ignored(0xC8, "SECHDPEXTR", 0x00FF_00FF), .. Row("PRIVBB1", 0xD0, pageBits == 7 ? 4 : 8),
            .. Row("PRIVBB2", 0xF0, pageBits == 7 ? 4 : 8), .. Row("OEM1KEY", 0x110, 4), .. Row("OEM2KEY", 0x120, 4), Ignored(0x130, "OEMKEYSR", 0x00FF_00FF),
        ],
    };

    /// <summary>RM0493 and RM0515.</summary>
    private static TwoWorldsTraits Wba(bool hasTwoBanks) => new()
    {
        HasTwoBanks = hasTwoBanks,
        Optr = hasTwoBanks ? 0xEF3F_B7FF : 0x8F0F_B7FF,
        OptrFactory = 0x0F2F_B0AA,
        SystemBoot = 0x0BF8_8000,
        Others =
        [
            .. QuadWords(hasTwoBanks, hasTwoBanks ? 0x006F_FFFFu : 0x004F_FFFF),
            Ignored(0x38, "NSCR2", hasTwoBanks ? 0x0003_0003u : 3), Ignored(0x3C, "SECCR2", hasTwoBanks ? 0x0003_0003u : 3),
            .. Row("SECBB1", 0x80, 4), .. Row("PRIVBB1", 0xD0, 4), .. Row("SECBB2", 0xA0, hasTwoBanks ? 4 : 0), .. Row("PRIVBB2", 0xF0, hasTwoBanks ? 4 : 0),
        ],
    };

    /// <param name="address">Address, bank and system flash in ECCR and OPSR.</param>
    private static IEnumerable<FlashRegister> QuadWords(bool hasTwoBanks, uint address) =>
    [
        new(0x00, "ACR", 0, hasTwoBanks ? 0x790Fu : 0x590F, Reset: 1), Ignored(0x18, "PDKEY1R"), .. hasTwoBanks ? [Ignored(0x1C, "PDKEY2R")] : (FlashRegister[])[],
        new(0x30, "ECCR", 0xC100_0000 | address), new(0x34, "OPSR", 0xE000_0000 | address),
        .. Row("OEM1KEY", 0x70, 2), .. Row("OEM2KEY", 0x78, 2), Ignored(0xC0, "SECHDPCR", hasTwoBanks ? 3u : 1), Ignored(0xC4, "PRIVCFGR", 3),
    ];
}
