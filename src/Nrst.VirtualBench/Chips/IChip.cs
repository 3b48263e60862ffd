namespace Nrst.VirtualBench.Chips;

/// <summary>A chip on its board, as a debug probe's wires meet it: supply, NRST, and the two SWD pins.</summary>
internal interface IChip
{
    /// <summary>Volts on the supply pin.</summary>
    double SupplyVolts { get; }

    /// <summary>The debug port, or null while the chip has no power and the pins are silent.</summary>
    ISwdTarget? Swd { get; }

    /// <summary>The probe drives NRST low, or lets it go. Others on the net may hold it low too.</summary>
    void DriveReset(bool low, long now);

    /// <summary>The level of the NRST net as anybody can measure it.</summary>
    bool ResetIsLow { get; }

    /// <summary>How often the debug port has come out of a power-on reset; each time it has forgotten everything.</summary>
    int PowerUps => 0;

    /// <summary>The chip's supply spoils the levels on the debug pins at this SWD clock.</summary>
    bool DisturbsWire(int kilohertz) => false;

    /// <summary>Lets the chip live until <paramref name="now"/>.</summary>
    void RunUntil(long now);
}

/// <summary>What the SW-DP reaches: its identity, and what hangs behind the access ports.</summary>
internal interface ISwdTarget
{
    uint Dpidr { get; }

    /// <summary>Time of one HCLK cycle in picoseconds: an access through a memory port cannot be faster than about five of them.</summary>
    long HclkPicoseconds { get; }

    /// <summary>The debugger asks for the power of the debug domain.</summary>
    void PowerRequested(long now)
    {
    }

    /// <summary>The access port of this number; null where there is none and its IDR reads 0.</summary>
    IMemoryPort? Port(byte number);
}

/// <summary>A bus behind an access port.</summary>
internal interface IMemoryPort
{
    /// <summary>What kind of port it is, as its IDR says.</summary>
    uint Idr { get; }

    /// <summary>Where the ROM table of this port is, as its BASE says.</summary>
    uint Base { get; }

    /// <summary>What CSW reads before anybody wrote it, without the bits of status.</summary>
    uint ResetCsw { get; }

    /// <summary>One naturally aligned access, private peripheral bus included where this port is a core's.</summary>
    /// <param name="secure">CSW asks for a secure access; means nothing without TrustZone.</param>
    BusStatus Read(uint address, int bytes, out uint value, bool secure, ref long now);

    BusStatus Write(uint address, int bytes, uint value, bool secure, ref long now);
}
