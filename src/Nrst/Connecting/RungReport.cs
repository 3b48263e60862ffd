namespace Nrst;

public enum RungOutcome
{
    Connected,
    Failed,

    /// <summary>Left out, because it could not have helped.</summary>
    Skipped,
}

/// <summary>One way to get hold of the chip, and what came of it.</summary>
/// <param name="Name">For programs: <c>under-reset</c>. Does not change.</param>
/// <param name="Observed">What was seen, or why it was left out.</param>
/// <param name="Seconds">On the probe's clock.</param>
public sealed record RungReport(string Name, RungOutcome Outcome, string Observed, double Seconds);
