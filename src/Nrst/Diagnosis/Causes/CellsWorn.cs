namespace Nrst.Diagnosis.Causes;

/// <summary>Single cells that do not take what they get.</summary>
internal sealed class CellsWorn : Cause
{
    public override string Code => "NRST7089";

    public override string Why =>
        "Flash wears: after ten thousand erases single cells stay as they are. Everything around them is right.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Flash again and erase first.", "nrst flash FILE --always-erase"),
        new("If the same place stays wrong, replace the chip, or keep the image off that sector."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.EndedWith("NRST5109")
        ? new Verdict(Sureness.Strong, "Single cells of the flash are worn.", [seen.Job.Error!.Message, .. seen.Job.Error.Evidence.Take(3)]) : null;
}
