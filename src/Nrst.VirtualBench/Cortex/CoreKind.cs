namespace Nrst.VirtualBench.Cortex;

/// <summary>The Arm cores inside STM32 microcontrollers; F has single precision floating point, D double precision too.</summary>
internal enum CoreKind
{
    M0,
    M0Plus,
    M3,
    M4,
    M4F,
    M7,
    M7F,
    M7D,
    M33,
    M33F,
}

internal enum FloatUnit
{
    None,

    /// <summary>FPv4-SP or FPv5-SP.</summary>
    Single,

    /// <summary>FPv5-D16.</summary>
    Double,
}

/// <summary>What makes breakpoints.</summary>
internal enum BreakpointUnit
{
    /// <summary>The BPU of ARMv6-M: no literals, no remapping.</summary>
    Bpu,

    /// <summary>FPB revision 1: one halfword or both of a word below 0x2000_0000.</summary>
    Fpb1,

    /// <summary>FPB revision 2: one address anywhere.</summary>
    Fpb2,
}
