namespace Nrst.Diagnosis.Causes;

/// <summary>A sector that reads differently each time, and the others do not.</summary>
internal sealed class EraseInterrupted : Cause
{
    public override string Code => "NRST7083";

    public override string Why =>
        "An erase of this sector was torn off: its cells are neither 0 nor 1. They read as they like until the sector is erased in full.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Erase the sector, then flash again; nrst does so where the image covers it.", "nrst flash FILE --always-erase"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Flash is { UnstableSectors: 1, Sectors: > 1, Unstable: { Count: > 3 } words }
        ? new Verdict(Sureness.Strong, $"One sector of the flash reads differently each time, at {words[0]}: an erase of it was interrupted.", $"{words.Count} words of it changed between three looks, and none elsewhere")
        : null;
}
