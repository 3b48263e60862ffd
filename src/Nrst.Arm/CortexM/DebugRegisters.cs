namespace Nrst.Arm;

/// <summary>Where the debug registers of a Cortex-M lie. ARMv7-M ARM, "Debug register support in the SCS".</summary>
internal static class Scs
{
    public static readonly Address CPUID = new(0xE000_ED00);
    public static readonly Address SYST_CSR = new(0xE000_E010);
    public static readonly Address SYST_RVR = new(0xE000_E014);
    public static readonly Address SYST_CVR = new(0xE000_E018);
    public static readonly Address NVIC_ICER = new(0xE000_E180);
    public static readonly Address NVIC_ICPR = new(0xE000_E280);
    public static readonly Address VTOR = new(0xE000_ED08);
    public static readonly Address MPU_CTRL = new(0xE000_ED94);
    public static readonly Address AIRCR = new(0xE000_ED0C);
    public static readonly Address CFSR = new(0xE000_ED28);
    public static readonly Address HFSR = new(0xE000_ED2C);
    public static readonly Address DFSR = new(0xE000_ED30);
    public static readonly Address MMFAR = new(0xE000_ED34);
    public static readonly Address BFAR = new(0xE000_ED38);
    public static readonly Address DHCSR = new(0xE000_EDF0);
    public static readonly Address DCRSR = new(0xE000_EDF4);
    public static readonly Address DCRDR = new(0xE000_EDF8);
    public static readonly Address DEMCR = new(0xE000_EDFC);

    /// <summary>"Program Counter Sample Register", of the DWT.</summary>
    public static readonly Address DWT_PCSR = new(0xE000_101C);
}

/// <summary>"Debug Halting Control and Status Register". Writing needs the key; S_RESET_ST and S_RETIRE_ST clear when read.</summary>
[Flags]
internal enum Dhcsr : uint
{
    C_DEBUGEN = 1u << 0,
    C_HALT = 1u << 1,
    C_STEP = 1u << 2,
    C_MASKINTS = 1u << 3,
    S_REGRDY = 1u << 16,
    S_HALT = 1u << 17,
    S_SLEEP = 1u << 18,
    S_LOCKUP = 1u << 19,
    S_RETIRE_ST = 1u << 24,
    S_RESET_ST = 1u << 25,

    /// <summary>DBGKEY, bits 31:16 when writing.</summary>
    DBGKEY = 0xA05Fu << 16,
}

/// <summary>"Debug Core Register Selector Register".</summary>
[Flags]
internal enum Dcrsr : uint
{
    REGWnR = 1u << 16,
}

/// <summary>"Debug Exception and Monitor Control Register".</summary>
[Flags]
internal enum Demcr : uint
{
    VC_CORERESET = 1u << 0,
    VC_HARDERR = 1u << 10,
    MON_EN = 1u << 16,
    TRCENA = 1u << 24,
}

/// <summary>"Debug Fault Status Register". Writing a one clears.</summary>
[Flags]
internal enum Dfsr : uint
{
    HALTED = 1u << 0,
    BKPT = 1u << 1,
    DWTTRAP = 1u << 2,
    VCATCH = 1u << 3,
    EXTERNAL = 1u << 4,
}

/// <summary>"Application Interrupt and Reset Control Register".</summary>
[Flags]
internal enum Aircr : uint
{
    /// <summary>Resets the core alone; only in ARMv7-M, and only while halted.</summary>
    VECTRESET = 1u << 0,

    /// <summary>Forgets which exceptions are active; only while halted.</summary>
    VECTCLRACTIVE = 1u << 1,
    SYSRESETREQ = 1u << 2,

    /// <summary>VECTKEY, bits 31:16 when writing.</summary>
    VECTKEY = 0x05FAu << 16,
}

/// <summary>"HardFault Status Register".</summary>
[Flags]
internal enum Hfsr : uint
{
    VECTTBL = 1u << 1,
    FORCED = 1u << 30,
    DEBUGEVT = 1u << 31,
}

/// <summary>"Configurable Fault Status Register": MemManage 7:0, BusFault 15:8, UsageFault 31:16.</summary>
[Flags]
internal enum Cfsr : uint
{
    IACCVIOL = 1u << 0,
    DACCVIOL = 1u << 1,
    MUNSTKERR = 1u << 3,
    MSTKERR = 1u << 4,
    MLSPERR = 1u << 5,
    MMARVALID = 1u << 7,
    IBUSERR = 1u << 8,
    PRECISERR = 1u << 9,
    IMPRECISERR = 1u << 10,
    UNSTKERR = 1u << 11,
    STKERR = 1u << 12,
    LSPERR = 1u << 13,
    BFARVALID = 1u << 15,
    UNDEFINSTR = 1u << 16,
    INVSTATE = 1u << 17,
    INVPC = 1u << 18,
    NOCP = 1u << 19,
    STKOF = 1u << 20,
    UNALIGNED = 1u << 24,
    DIVBYZERO = 1u << 25,
}
