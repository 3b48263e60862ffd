namespace Nrst.Diagnosis.Causes;

/// <summary>The option bytes exchange the two banks.</summary>
internal sealed class BanksSwapped : Cause
{
    public override string Code => "NRST7080";

    public override string Why =>
        "What the addresses of bank 1 show is bank 2. An image that is compared or started at the wrong one is an old one.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Keep it, if an update over the air did it; else exchange the banks back with the tool that did.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) =>
        seen.Chip is { BanksSwapped: true } ? new Verdict(Sureness.Strong, "The two banks of the flash are exchanged.", "the option value that exchanges them is set") : null;
}
