namespace Nrst.Diagnosis;

/// <summary>A named conclusion: what is wrong, why, what points at it, and what to do.</summary>
/// <param name="Code">Has a page of its own, as an error's has.</param>
public sealed record Finding(string Code, string Fact, string? Cause, IReadOnlyList<string> Evidence, IReadOnlyList<Remedy> Remedies)
{
    /// <summary>What was seen that speaks against it.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>An error that looking around ran into is a finding as it stands.</summary>
    public static Finding From(NrstException error, params ReadOnlySpan<string> seen)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new Finding(error.Code, error.Message, error.LikelyCause, [.. error.Evidence, .. seen], error.Remedies);
    }
}
