namespace Nrst.Diagnosis.Causes;

/// <summary>Read-out protection of level 1.</summary>
internal sealed class ReadProtected : Cause
{
    public override string Code => "NRST7060";

    public override string Why =>
        "A debugger gets no flash, and changes none. Lifting it erases the whole chip.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("If what is on the chip may be lost, lift the protection with the tool that set it; nrst does not do so unasked."),
        new("See the protection.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip?.Protection is { Read: Flash.ReadProtection.Level1 } protection
        ? new Verdict(Sureness.Certain, "The flash is read-protected (RDP level 1).", protection.Registers) : null;
}
