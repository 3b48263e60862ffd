namespace Nrst.Diagnosis.Causes;

/// <summary>The flash is smaller than the size register says.</summary>
internal sealed class FlashEndsEarlier : Cause
{
    public override string Code => "NRST7091";

    public override string Why =>
        "A smaller part that was marked as a larger one, or a copy.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Name the part that it really is, so that nothing is put behind its end.", "nrst flash FILE --chip NAME"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Flash is { EndsAt: { } end } ? new Verdict(Sureness.Certain, $"The flash ends at {end}, and the chip says that it has {seen.Chip?.SizeKiB} KiB.", $"{seen.Flash.Unreadable.Count} places from there on cannot be read") : null;
}
