namespace Nrst.Arm;

/// <summary>The three ways to reset a Cortex-M chip.</summary>
public enum ResetKind
{
    /// <summary>AIRCR.SYSRESETREQ: core and peripherals, not the debug logic.</summary>
    System,

    /// <summary>AIRCR.VECTRESET: the core alone; ARMv7-M only.</summary>
    Core,

    /// <summary>The NRST pin, pulled by the probe.</summary>
    Pin,
}

/// <summary>What the core is doing, from one look at DHCSR.</summary>
public enum CoreState
{
    Running,
    Halted,
    Sleeping,
    LockedUp,
    InReset,
}

/// <summary>DCRSR.REGSEL, "Debug Core Register Selector Register".</summary>
public enum CoreRegister
{
    R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10, R11, R12,
    SP = 13,
    LR = 14,
    PC = 15,
    XPSR = 16,
    MSP = 17,
    PSP = 18,

    /// <summary>CONTROL 31:24, FAULTMASK 23:16, BASEPRI 15:8, PRIMASK 7:0.</summary>
    Special = 20,
}
