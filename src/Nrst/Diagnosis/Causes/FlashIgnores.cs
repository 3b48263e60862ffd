namespace Nrst.Diagnosis.Causes;

/// <summary>The flash takes commands and does nothing.</summary>
internal sealed class FlashIgnores : Cause
{
    public override string Code => "NRST7087";

    public override string Why =>
        "The controller accepted erase or program commands and the cells did not change: a copy, a dead charge pump, a supply that is too low, or a chip that is not the one it says.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure VDD at the chip, and check its marking."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.EndedWith("NRST2005", "NRST2013", "NRST5101") ? new Verdict(Sureness.Strong, "The flash does not do what it is told.", [seen.Job.Error!.Message, .. seen.Job.Error.Evidence.Take(3)]) : null;
}
