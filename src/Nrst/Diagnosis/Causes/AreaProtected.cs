namespace Nrst.Diagnosis.Causes;

/// <summary>Parts of the flash are shut off.</summary>
internal sealed class AreaProtected : Cause
{
    public override string Code => "NRST7067";

    public override string Why =>
        "A securable area that the program has left, execute-only code, or the pages of a second CPU: a debugger can neither read nor change them until the next reset, or at all.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("See which pages, and by which option.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip?.Protection is { } protection && protection.Barriers.Where(barrier => barrier.Kind is not Flash.BarrierKind.Write).ToList() is { Count: > 0 } barriers
        ? new Verdict(Sureness.Strong, "Parts of the flash are shut off from a debugger.", [.. barriers.Select(barrier => barrier.Cause), .. protection.Registers]) : null;
}
