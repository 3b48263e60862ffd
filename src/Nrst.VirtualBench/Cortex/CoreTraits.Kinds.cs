namespace Nrst.VirtualBench.Cortex;

// One core after the other, with the revision that STM32 parts have.
internal sealed partial record CoreTraits
{
    private static readonly CoreTraits M0 = new()
    {
        Kind = CoreKind.M0,
        Cpuid = 0x410C_C200,
        Features = new uint[16],
        Ccr = 0x208,
        CcrWritable = 0,
        HasThumb2 = false,
        HasVtor = false,
        HasFaultRegisters = false,
        HasBasepri = false,
        AllowsUnaligned = false,
        HasUnprivileged = false,
        Breakpoints = BreakpointUnit.Bpu,
        CodeComparators = 4,
        LiteralComparators = 0,
        DataComparators = 2,
        HasCycleCounter = false,
        HasTrace = false,
        PriorityBits = 2,
        InterruptLines = 32,
        MpuRegions = 0,
        AhbApIdr = 0x0477_0021,
    };

    private static readonly CoreTraits M0Plus = M0 with
    {
        Kind = CoreKind.M0Plus,
        Cpuid = 0x410C_C601,
        HasVtor = true,
        HasUnprivileged = true,
        MpuRegions = 8,
        AhbApIdr = 0x0477_0031,
        AhbApBase = 0xF000_0003,
    };

    /// <summary>Revision r1p1, as in STM32F1, where CCR.STKALIGN is not set by reset; STM32F2 and STM32L1 have r2p0 (0x412F_C230, CCR 0x200).</summary>
    private static readonly CoreTraits M3 = new()
    {
        Kind = CoreKind.M3,
        Cpuid = 0x411F_C231,
        Ccr = 0,
        Features =
        [
            0x0000_0030, 0x0000_0200, 0x0010_0000, 0, 0x0000_0030, 0, 0x0100_0000, 0,
            0x0110_0110, 0x0211_1000, 0x2111_2231, 0x0111_1110, 0x0131_0102, 0, 0, 0,
        ],
        HasBitBand = true,
        HasVectReset = true,
        AhbApIdr = 0x1477_0011,
    };

    private static readonly CoreTraits M4 = M3 with
    {
        Kind = CoreKind.M4,
        Cpuid = 0x410F_C241,
        Ccr = 0x200,
        HasDsp = true,
        Features =
        [
            0x0000_0030, 0x0000_0200, 0x0010_0000, 0, 0x0010_0030, 0, 0x0100_0000, 0,
            0x0114_1110, 0x0211_2000, 0x2123_2231, 0x0111_1131, 0x0131_0132, 0, 0, 0,
        ],
        AhbApIdr = 0x2477_0011,
    };

    private static readonly CoreTraits M7 = new()
    {
        Kind = CoreKind.M7,
        Cpuid = 0x411F_C271,
        Ccr = 0x0004_0200,
        CcrWritable = 0x0003_011B,
        HasDsp = true,
        HasVectReset = true,
        CacheKilobytes = 16,
        Features =
        [
            0x0000_0030, 0x0000_0200, 0x0010_0000, 0, 0x0010_0030, 0, 0x0100_0000, 0,
            0x0110_1110, 0x0211_2000, 0x2023_2231, 0x0111_1131, 0x0131_0132, 0, 0, 0,
        ],
        Breakpoints = BreakpointUnit.Fpb2,
        CodeComparators = 8,
        LiteralComparators = 0,
        AhbApIdr = 0x7477_0001,
        AhbApBase = 0xE00F_D003,
        RomTables = 0xE00F_D000,
    };

    private static readonly CoreTraits M33 = new()
    {
        Kind = CoreKind.M33,
        Cpuid = 0x410F_D213,
        Ccr = 0x201,
        CcrWritable = 0x51A,
        HasDsp = true,
        Features =
        [
            0x0000_0030, 0x0000_0200, 0x0020_0000, 0, 0x0010_1F40, 0, 0x0100_0000, 0,
            0x0110_1110, 0x0221_2000, 0x2023_2232, 0x0111_1131, 0x0131_0132, 0, 0, 0,
        ],
        HasV8 = true,
        Breakpoints = BreakpointUnit.Fpb2,
        CodeComparators = 8,
        LiteralComparators = 0,
        AhbApIdr = 0x1477_0015,
        AhbApBase = 0xE00F_E003,
        RomTables = 0xE00F_E000,
    };

    public static CoreTraits Of(CoreKind kind) => kind switch
    {
        CoreKind.M0 => M0,
        CoreKind.M0Plus => M0Plus,
        CoreKind.M3 => M3,
        CoreKind.M4 => M4,
        CoreKind.M4F => M4 with { Kind = kind, Float = FloatUnit.Single, FloatFeatures = [0x1011_0021, 0x1100_0011, 0] },
        CoreKind.M7 => M7,
        CoreKind.M7F => M7 with { Kind = kind, Float = FloatUnit.Single, HasFpv5 = true, FloatFeatures = [0x1011_0021, 0x1100_0011, 0x40] },
        CoreKind.M7D => M7 with { Kind = kind, Float = FloatUnit.Double, HasFpv5 = true, FloatFeatures = [0x1011_0221, 0x1200_0011, 0x40] },
        CoreKind.M33 => M33,
        _ => M33 with { Kind = CoreKind.M33F, Float = FloatUnit.Single, HasFpv5 = true, FloatFeatures = [0x1011_0021, 0x1100_0011, 0x40] },
    };
}
