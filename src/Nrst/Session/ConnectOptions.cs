namespace Nrst;

/// <summary>How to get hold of the chip.</summary>
public enum ConnectMode
{
    /// <summary>One way after the other, the gentlest first, until one works.</summary>
    Auto,

    /// <summary>Attach, reset by the debug port (SYSRESETREQ), and halt before the first instruction.</summary>
    Normal,

    /// <summary>Hold NRST low while attaching, and catch the core before its first instruction.</summary>
    UnderReset,

    /// <summary>Attach and never reset, whatever the job.</summary>
    HotPlug,

    /// <summary>Attach and reset nothing but the core (VECTRESET); where the core has no such reset, halt it where it is.</summary>
    CoreReset,

    /// <summary>Pull NRST for a moment, and catch the core as soon as the debug port answers.</summary>
    Pulse,

    /// <summary>Catch the core while somebody switches the board off and on.</summary>
    PowerCycle,
}

/// <param name="Kilohertz">The SWD clock wished for; the probe takes the highest it has that is not above.</param>
/// <param name="Chip">A part number that must be there; null takes what is found.</param>
public sealed record ConnectOptions(ConnectMode Mode = ConnectMode.Auto, int Kilohertz = 4000, string? Chip = null)
{
    /// <summary>All ways together may take this long, on the probe's clock.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Somebody reads the events and can switch the board off and on when asked.</summary>
    public bool Interactive { get; init; }

    /// <summary>Remembers which way worked; null forgets.</summary>
    public IConnectMemory? Memory { get; init; }

    /// <summary>Hears of every way that is tried, and of what is repaired while connecting.</summary>
    public JobListener? Listener { get; init; }
}
