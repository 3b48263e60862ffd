namespace Nrst.Diagnosis.Causes;

/// <summary>Words of the flash have a wrong error code.</summary>
internal sealed class WordUnreadable : Cause
{
    public override string Code => "NRST7081";

    public override string Why =>
        "An erase or a program broke off there. Every read of such a word faults, also one by the program.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Erase the sector and flash again; nrst does so by itself where the image covers it.", "nrst flash FILE"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Flash is { Unreadable: { Count: > 0 } places, EndsAt: null }
        ? new Verdict(Sureness.Strong, $"The flash cannot be read at {places[0]}.", $"{places.Count} places of the flash fault each time, and those around them do not")
        : seen.Job.TextOf("sector-rewritten") is { } told && seen.Flash is not { EndsAt: not null } ? new Verdict(Sureness.Likely, "The flash held words that could not be read.", told)
        : null;

}
