namespace Nrst.Diagnosis.Causes;

/// <summary>Read-out protection was lifted, and the power not taken away since.</summary>
internal sealed class RegressionUnfinished : Cause
{
    public override string Code => "NRST7061";

    public override string Why =>
        "After going back to level 0 these chips refuse every erase and program until the supply was gone once, although the option byte says level 0.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Take the power away for a few seconds, all of it (battery and probe included), and flash again."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.EndedWith("NRST2003", "NRST6002") && seen.Chip?.Protection is { Read: Flash.ReadProtection.Level0, Barriers.Count: 0 }
        ? new Verdict(
            Sureness.Strong, "The flash refuses every change although nothing protects it: the chip has to be switched off and on.",
            seen.Job.Error!.Message, "the option bytes say level 0, and no write protection") : null;
}
