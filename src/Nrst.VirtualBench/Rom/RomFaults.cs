namespace Nrst.VirtualBench.Rom;

/// <summary>What is wrong with a bootloader or the line to it. The default is a good one.</summary>
internal sealed record RomFaults
{
    public static RomFaults None { get; } = new();

    /// <summary>Peculiarities that another version of the loader has.</summary>
    public RomQuirks Quirks { get; init; }

    /// <summary>Erase commands over USB are reported done, and were not.</summary>
    public bool EraseDropped { get; init; }

    /// <summary>Blocks over USB are reported written, and were not.</summary>
    public bool WriteDropped { get; init; }

    /// <summary>What the loader refuses it reports as done.</summary>
    public bool ReportsOk { get; init; }

    /// <summary>The first status is dfuERROR with errFIRMWARE, on every line.</summary>
    public bool FirstStatusError { get; init; }

    /// <summary>The string of the flash breaks off in the middle.</summary>
    public bool StringGarbled { get; init; }

    /// <summary>Bytes on the serial line with a wrong bit, out of a million.</summary>
    public int NoisePpm { get; init; }

    /// <summary>Bytes that get lost on the serial line, out of a million.</summary>
    public int LossPpm { get; init; }

    /// <summary>This command, counted from 1 since the last reset, is refused.</summary>
    public long? NackAt { get; init; }

    /// <summary>This command, counted from 1 since the last reset, is not answered.</summary>
    public long? SilentAt { get; init; }

    /// <summary>Above this baud rate the loader synchronises and understands nothing.</summary>
    public int? DeafAbove { get; init; }

    /// <summary>An erase command with more pages is refused.</summary>
    public int? PageLimit { get; init; }

    /// <summary>Bytes without even parity are noise to the loader, also where the line cannot do better.</summary>
    public bool WantsParity { get; init; }
}
