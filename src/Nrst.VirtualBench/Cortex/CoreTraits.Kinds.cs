namespace Nrst.VirtualBench.Cortex;

// One core after the other, with the revision that STM32 parts have.
internal sealed partial record CoreTraits
{
    private static readonly CoreTraits M0 = new()
    {
        Kind = CoreKind.M0,
        Cpuid = 0x410C_C200,
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

    private static readonly CoreTraits M3 = new()
    {
        Kind = CoreKind.M3,
        Cpuid = 0x411F_C231,
        HasBitBand = true,
        HasVectReset = true,
        AhbApIdr = 0x1477_0011,
    };

    private static readonly CoreTraits M4 = M3 with { Kind = CoreKind.M4, Cpuid = 0x410F_C241, HasDsp = true, AhbApIdr = 0x2477_0011 };

    private static readonly CoreTraits M7 = new()
    {
        Kind = CoreKind.M7,
        Cpuid = 0x411F_C271,
        HasDsp = true,
        HasCaches = true,
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
        HasDsp = true,
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
        CoreKind.M4F => M4 with { Kind = kind, Float = FloatUnit.Single },
        CoreKind.M7 => M7,
        CoreKind.M7F => M7 with { Kind = kind, Float = FloatUnit.Single, HasFpv5 = true },
        CoreKind.M7D => M7 with { Kind = kind, Float = FloatUnit.Double, HasFpv5 = true },
        CoreKind.M33 => M33,
        _ => M33 with { Kind = CoreKind.M33F, Float = FloatUnit.Single, HasFpv5 = true },
    };
}
