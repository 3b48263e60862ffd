namespace Nrst.Diagnosis.Causes;

/// <summary>The program writes into its own flash.</summary>
internal sealed class ProgramWritesFlash : Cause
{
    public override string Code => "NRST7055";

    public override string Why =>
        "Settings, counters or an emulated EEPROM. What differs from the image is no fault of the programming.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Compare while the program is held, or keep its data area out of the comparison.", "nrst flash FILE --reset halt"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Flash is { Written: { Count: > 0 } words, UnstableSectors: 0 }
        ? new Verdict(Sureness.Strong, "The program writes into its own flash.", $"{words.Count} words were programmed between two looks, the first at {words[0]}") : null;
}
