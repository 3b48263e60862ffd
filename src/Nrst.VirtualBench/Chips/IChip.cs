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

    /// <summary>Lets the chip live until <paramref name="now"/>.</summary>
    void RunUntil(long now);
}

/// <summary>What the SW-DP reaches: its identity, and what hangs behind the AHB access port.</summary>
internal interface ISwdTarget
{
    uint Dpidr { get; }

    /// <summary>IDR of AHB-AP 0; other access ports read 0.</summary>
    uint AhbApIdr { get; }

    uint AhbApBase { get; }

    /// <summary>Time of one HCLK cycle in picoseconds: an AHB-AP access cannot be faster than about five of them.</summary>
    long HclkPicoseconds { get; }

    /// <summary>One naturally aligned access over the AHB-AP, private peripheral bus included.</summary>
    BusStatus Read(uint address, int bytes, out uint value, ref long now);

    BusStatus Write(uint address, int bytes, uint value, ref long now);
}
