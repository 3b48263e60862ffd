namespace Nrst.Diagnosis.Causes;

/// <summary>Option bytes protect sectors from erase and program.</summary>
internal sealed class SectorsWriteProtected : Cause
{
    public override string Code => "NRST7065";

    public override string Why =>
        "Bootloaders often protect themselves so.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("See which sectors, and by which option.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip?.Protection is { } protection && protection.Barriers.Where(barrier => barrier.Kind is Flash.BarrierKind.Write).ToList() is { Count: > 0 } barriers
        ? new Verdict(Sureness.Strong, "Option bytes protect sectors from erase and program.", [.. barriers.Select(barrier => barrier.Cause), .. protection.Registers]) : null;
}
