namespace Nrst.Diagnosis.Causes;

/// <summary>A supply below what the flash needs.</summary>
internal sealed class SupplyLow : Cause
{
    public override string Code => "NRST7003";

    public override string Why =>
        "Below 1.71 V the charge pump of the flash does not work, although the debug port may answer; a probe's VTref pin senses, it does not supply.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Supply the board with what its data sheet asks for, usually 3.3 V, and measure at the chip."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Lowest >= Supply.Present && seen.Highest < Supply.Lowest
        ? new Verdict(Sureness.Certain, $"The supply is too low: {Supply.Show(seen.Highest)}.", Supply.Said(seen)) : null;
}
