namespace Nrst.Diagnosis.Causes;

/// <summary>A sector whose erase leaves bits behind.</summary>
internal sealed class SectorWorn : Cause
{
    public override string Code => "NRST7090";

    public override string Why =>
        "The sector is worn, or the supply is too low while it is erased: some of its bits do not come back.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure the supply while erasing.", "nrst info"),
        new("If the same bits stay each time, the sector is worn out: replace the chip, or keep the image off it."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.EndedWith("NRST5111", "NRST2006")
        ? new Verdict(Sureness.Likely, "An erase leaves bits behind: the sector is worn, or the supply is too low.", [seen.Job.Error!.Message, .. seen.Job.Error.Evidence.Take(3)]) : null;
}
