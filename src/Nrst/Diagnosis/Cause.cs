namespace Nrst.Diagnosis;

/// <summary>How sure a rule is. Findings are ordered by it.</summary>
internal enum Sureness
{
    /// <summary>One of several that fit.</summary>
    Possible = 1,

    /// <summary>What fits best of several.</summary>
    Likely,

    /// <summary>Little else looks like it.</summary>
    Strong,

    /// <summary>A register, or a measurement that nothing else explains.</summary>
    Certain,
}

/// <summary>What a rule concludes.</summary>
/// <param name="For">What points at it.</param>
internal sealed record Verdict(Sureness Sureness, string Fact, params IReadOnlyList<string> For)
{
    /// <summary>What speaks against it.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>Replaces what the cause says in general.</summary>
    public IReadOnlyList<Remedy>? Remedies { get; init; }
}

/// <summary>
/// One thing that can be wrong with a board. A rule sees observations and nothing else; where those it needs are missing it says nothing. To add a
/// cause: its file here, its line in <see cref="CauseList"/>, its page in data/errors, a fault of the bench and a test.
/// </summary>
internal abstract class Cause
{
    public abstract string Code { get; }

    /// <summary>What it is and does, in a sentence or two.</summary>
    public abstract string Why { get; }

    public abstract IReadOnlyList<Remedy> Remedies { get; }

    /// <returns>Null where the observations do not point at it.</returns>
    public abstract Verdict? Judge(BoardObservations seen);
}
