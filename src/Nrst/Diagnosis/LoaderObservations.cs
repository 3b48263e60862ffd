using Nrst.Bootloaders.Usart;

namespace Nrst.Diagnosis;

/// <summary>A wiring of BOOT0 and NRST that was tried, and what a single byte brought back.</summary>
/// <param name="Wiring">As written after <c>--boot-wiring</c>; null for no wiring: the chip as it was.</param>
/// <param name="Seen">What came, in words.</param>
public sealed record WiringTrial(string? Wiring, LoaderAnswer Answer, string Seen)
{
    /// <summary>False where the loader fell silent when only BOOT0 was to change: then the line that was taken for BOOT0 leads to NRST.</summary>
    public bool IsSteady { get; init; } = true;

    /// <summary>The program came back when BOOT0 was low again; null where that was not tried.</summary>
    public bool? LetsGo { get; init; }
}

/// <summary>What looking for a loader showed.</summary>
/// <param name="Place">As it was selected.</param>
public sealed record LoaderObservations(string Place)
{
    /// <summary>What the chip says without being asked; null where it is silent, as a loader is.</summary>
    public string? Talk { get; init; }

    /// <summary>The wirings that were tried, in order; none over USB.</summary>
    public IReadOnlyList<WiringTrial> Trials { get; init; } = [];

    /// <summary>The wiring that brings the chip into its loader; null where none was found, or none is needed.</summary>
    public string? Works { get; init; }

    /// <summary>Kind and version of the loader; null where it was not spoken to.</summary>
    public string? Loader { get; init; }

    public string? Chip { get; init; }

    /// <summary>What does not fit together, and what was assumed.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public bool ReadProtected { get; init; }

    /// <summary>Why it went no further.</summary>
    public NrstException? Problem { get; init; }
}
