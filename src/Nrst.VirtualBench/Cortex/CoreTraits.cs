namespace Nrst.VirtualBench.Cortex;

/// <summary>What distinguishes one core from another, as the architecture manuals and the cores' technical reference manuals list it.</summary>
/// <remarks>What the maker of a chip chooses (interrupt lines, MPU, revision) has the value STM32 mostly has; a chip says <c>with</c>.</remarks>
internal sealed partial record CoreTraits
{
    public required CoreKind Kind { get; init; }

    /// <summary>CPUID.</summary>
    public required uint Cpuid { get; init; }

    /// <summary>All of Thumb-2: 32-bit encodings, IT, CBZ. Without it only BL, MRS, MSR and the barriers are 32 bits wide.</summary>
    public bool HasThumb2 { get; init; } = true;

    /// <summary>The DSP extension: SIMD, halfword multiplication and saturation other than SSAT and USAT; and APSR.GE.</summary>
    public bool HasDsp { get; init; }

    public FloatUnit Float { get; init; }

    /// <summary>FPv5: VSEL, VMAXNM, VRINT and directed conversions.</summary>
    public bool HasFpv5 { get; init; }

    /// <summary>ARMv8-M: load-acquire, stack limits, TT, the new EXC_RETURN and what its debug components look like.</summary>
    public bool HasV8 { get; init; }

    public bool HasBitBand { get; init; }

    public bool HasVtor { get; init; } = true;

    /// <summary>MemManage, BusFault and UsageFault with CFSR, HFSR, MMFAR, BFAR and SHCSR. Without them every fault is a HardFault.</summary>
    public bool HasFaultRegisters { get; init; } = true;

    /// <summary>BASEPRI, FAULTMASK and AIRCR.PRIGROUP.</summary>
    public bool HasBasepri { get; init; } = true;

    /// <summary>Loads and stores of halfwords and words at any address.</summary>
    public bool AllowsUnaligned { get; init; } = true;

    /// <summary>Unprivileged execution: CONTROL.nPRIV can be set.</summary>
    public bool HasUnprivileged { get; init; } = true;

    /// <summary>AIRCR.VECTRESET and VECTCLRACTIVE as a debugger's local reset.</summary>
    public bool HasVectReset { get; init; }

    public BreakpointUnit Breakpoints { get; init; } = BreakpointUnit.Fpb1;

    public int CodeComparators { get; init; } = 6;

    public int LiteralComparators { get; init; } = 2;

    public int DataComparators { get; init; } = 4;

    public bool HasCycleCounter { get; init; } = true;

    /// <summary>ITM, TPIU and, where there is room for it, ETM.</summary>
    public bool HasTrace { get; init; } = true;

    /// <summary>Bits of a priority that exist, from the highest.</summary>
    public int PriorityBits { get; init; } = 4;

    public int InterruptLines { get; init; } = 96;

    /// <summary>CCR after reset, and the bits of it that can be written.</summary>
    public uint Ccr { get; init; } = 0x200;

    public uint CcrWritable { get; init; } = 0x31B;

    /// <summary>ID_PFR0 (0xE000_ED40) and the fifteen words after it.</summary>
    public required IReadOnlyList<uint> Features { get; init; }

    /// <summary>MVFR0..MVFR2.</summary>
    public IReadOnlyList<uint> FloatFeatures { get; init; } = [0, 0, 0];

    /// <summary>MPU_TYPE.DREGION.</summary>
    public int MpuRegions { get; init; } = 8;

    /// <summary>The IDR of the AHB access port that comes with the core.</summary>
    public required uint AhbApIdr { get; init; }

    /// <summary>The BASE register of that access port.</summary>
    public uint AhbApBase { get; init; } = 0xE00F_F003;

    /// <summary>The first address of the private peripheral bus behind which the core itself answers with ROM tables.</summary>
    public uint RomTables { get; init; } = 0xE00F_F000;

    /// <summary>Size of each of the two caches in KiB.</summary>
    public int CacheKilobytes { get; init; }

    public bool HasFloat => Float != FloatUnit.None;

    /// <summary>CONTROL's nPRIV, SPSEL and FPCA, as far as they exist.</summary>
    public uint ControlBits => 2u | (HasUnprivileged ? 1u : 0) | (HasFloat ? 4u : 0);

    /// <summary>DEMCR's bits; ARMv6-M catches only resets and hard faults, and has no monitor.</summary>
    public uint DemcrBits => HasFaultRegisters ? 0x010F_07F1u : 0x0100_0401;

    /// <summary>VTOR's bits.</summary>
    public uint VtorBits => !HasVtor ? 0 : HasThumb2 ? 0xFFFF_FF80u : 0xFFFF_FF00;

    /// <summary>The maker's part number in the first ROM table, which is the chip's.</summary>
    public uint RomTablePart { get; init; } = 0x411;

    /// <summary>PIDR3..PIDR0 and PIDR4 of the first ROM table, where the chip is not the maker's; null for his.</summary>
    public (uint Peripheral, uint Continuation)? RomTableId { get; init; }

    public bool HasCaches => CacheKilobytes != 0;

    public byte PriorityMask => (byte)(0xFF << 8 - PriorityBits);
}
