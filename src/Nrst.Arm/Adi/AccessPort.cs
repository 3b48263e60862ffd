using System.Globalization;

namespace Nrst.Arm;

/// <summary>IDR, "Identification Register" of an access port.</summary>
public readonly record struct ApIdr(uint Value)
{
    public int Revision => (int)(Value >> 28);
    public int Designer => (int)(Value >> 17 & 0x7FF);

    /// <summary>CLASS 8: it accesses memory.</summary>
    public bool IsMemAp => (Value >> 13 & 0xF) == 8;

    public ApType Type => IsMemAp ? (ApType)(Value & 0xF) : ApType.Other;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:X8} ({Type})");
}

/// <summary>TYPE of a MEM-AP: the bus behind it.</summary>
public enum ApType
{
    Other = 0,
    AHB3 = 1,
    APB2 = 2,
    AXI4 = 4,
    AHB5 = 5,
    APB4 = 6,
    AXI5 = 7,
    AHB5HPROT = 8,
}

/// <summary>The registers of a memory access port, by name.</summary>
public sealed class MemAp(IDapPort dap, byte number)
{
    private const byte CSW = 0x00;
    private const byte CFG = 0xF4;
    private const byte BASE = 0xF8;
    private const byte IDR = 0xFC;

    // BASE, legacy form: nothing is there.
    private const uint NoDebugEntry = 0xFFFF_FFFF;

    public byte Number => number;

    /// <summary>Zero where there is no such port.</summary>
    public ApIdr ReadIdentity() => new(Read(IDR));

    public uint ReadCsw() => Read(CSW);

    public uint ReadCfg() => Read(CFG);

    /// <summary>CSW.DeviceEn: false while the bus behind it is closed to debuggers.</summary>
    public bool IsEnabled() => (ReadCsw() & 1 << 6) != 0;

    /// <summary>Where the ROM table begins, or null.</summary>
    public Address? ReadRomTable() => Read(BASE) switch
    {
        NoDebugEntry => null,
        var entry when (entry & 3) == 2 => null, // the form that says "not present"
        var entry => new Address(entry & 0xFFFF_F000),
    };

    private uint Read(byte register) => dap.Read(new DapRegister(number, register));
}
