using System.Globalization;

namespace Nrst.Arm;

/// <summary>DPIDR, "Debug Port Identification Register" of ADIv5.</summary>
public readonly record struct Dpidr(uint Value)
{
    public int Revision => (int)(Value >> 28);

    /// <summary>PARTNO: the debug port's own part number, not the chip's.</summary>
    public int PartNumber => (int)(Value >> 20 & 0xFF);

    /// <summary>MIN: no transaction counter, no pushed compare.</summary>
    public bool IsMinimal => (Value & 1 << 16) != 0;

    /// <summary>0, 1 or 2; from 2 on there may be several targets on one wire.</summary>
    public int Version => (int)(Value >> 12 & 0xF);

    /// <summary>JEP106 code of the designer, bank in 10:7; 0x23B is Arm.</summary>
    public int Designer => (int)(Value >> 1 & 0x7FF);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:X8} (DPv{Version}, r{Revision})");
}

/// <summary>"DP Control/Status register".</summary>
[Flags]
public enum CtrlStat : uint
{
    ORUNDETECT = 1u << 0,
    STICKYORUN = 1u << 1,
    STICKYCMP = 1u << 4,
    STICKYERR = 1u << 5,
    READOK = 1u << 6,
    WDATAERR = 1u << 7,
    CDBGRSTREQ = 1u << 26,
    CDBGRSTACK = 1u << 27,
    CDBGPWRUPREQ = 1u << 28,
    CDBGPWRUPACK = 1u << 29,
    CSYSPWRUPREQ = 1u << 30,
    CSYSPWRUPACK = 1u << 31,
}

/// <summary>"AP Abort register".</summary>
[Flags]
public enum DpAbort : uint
{
    DAPABORT = 1u << 0,
    STKCMPCLR = 1u << 1,
    STKERRCLR = 1u << 2,
    WDERRCLR = 1u << 3,
    ORUNERRCLR = 1u << 4,
}

/// <summary>The debug port of a chip: who it is and how its last transfers went.</summary>
public sealed class DebugPort(IDapPort dap)
{
    private static readonly DapRegister ABORT = new(null, 0x0);
    private static readonly DapRegister DPIDR = new(null, 0x0);
    private static readonly DapRegister CTRL_STAT = new(null, 0x4);

    public Dpidr ReadIdentity() => new(dap.Read(DPIDR));

    public CtrlStat ReadStatus() => (CtrlStat)dap.Read(CTRL_STAT);

    /// <summary>Clears the flags that make every later access fail.</summary>
    public void ClearErrors() =>
        dap.Write(ABORT, (uint)(DpAbort.STKCMPCLR | DpAbort.STKERRCLR | DpAbort.WDERRCLR | DpAbort.ORUNERRCLR));
}

/// <summary>Single transfers over a port that takes lists.</summary>
internal static class DapPorts
{
    public static uint Read(this IDapPort dap, DapRegister register)
    {
        Span<uint> value = stackalloc uint[1];
        dap.Run([DapTransfer.Read(register)], value);
        return value[0];
    }

    public static void Write(this IDapPort dap, DapRegister register, uint value) =>
        dap.Run([DapTransfer.Write(register, value)], []);
}
