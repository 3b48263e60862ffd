namespace Nrst.Diagnosis;

/// <summary>One probe that was tried: what lies behind it, or what stood in the way.</summary>
/// <param name="Selector">As it was named, or as it was found.</param>
public sealed record ProbeTrial(string Selector)
{
    /// <summary>Kind, firmware and serial number; null where the probe was not opened.</summary>
    public string? Probe { get; init; }

    /// <summary>The chip that answered; null where none did.</summary>
    public string? Chip { get; init; }

    /// <summary>Why it went no further.</summary>
    public NrstException? Problem { get; init; }

    /// <summary>What was seen of the board behind it; null where the probe did not get that far.</summary>
    public BoardObservations? Board { get; init; }
}

/// <summary>What looking around showed. Null: not looked at, because the question did not concern it.</summary>
public sealed record Observations
{
    /// <summary>What is attached; null where a probe was named.</summary>
    public ProbeSurvey? Survey { get; init; }

    /// <summary>Installed udev rules for ST-LINKs; null where the system has no udev.</summary>
    public IReadOnlyList<string>? UdevRules { get; init; }

    /// <summary>The user may open any device, rule or no rule.</summary>
    public bool MayOpenAnything { get; init; }

    /// <summary>The probes that were connected to, one after the other.</summary>
    public IReadOnlyList<ProbeTrial> Trials { get; init; } = [];
}
