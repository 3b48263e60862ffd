namespace Nrst;

/// <summary>How to get hold of the chip.</summary>
public enum ConnectMode
{
    /// <summary>The gentlest way that does the job; today the same as <see cref="Normal"/>.</summary>
    Auto,

    /// <summary>Attach to the running chip; reset it only where the job needs a chip at rest.</summary>
    Normal,

    /// <summary>Hold NRST low while attaching, and catch the core before its first instruction.</summary>
    UnderReset,

    /// <summary>Attach and never reset, whatever the job.</summary>
    HotPlug,
}

/// <param name="Kilohertz">The SWD clock wished for; the probe takes the highest it has that is not above.</param>
/// <param name="Chip">A part number that must be there; null takes what is found.</param>
public sealed record ConnectOptions(ConnectMode Mode = ConnectMode.Auto, int Kilohertz = 4000, string? Chip = null);
