namespace Nrst.Diagnosis.Causes;

/// <summary>A supply above the absolute maximum of 3.6 V, or near it and wandering.</summary>
internal sealed class SupplyHigh : Cause
{
    public override string Code => "NRST7004";

    public override string Why =>
        "Above 3.6 V the flash gives programming up or is damaged. A supply that wanders is one that is not regulated.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure VDD at the chip; a 3.3 V regulator that gives more has no load, no ground, or a wrong divider."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Highest > Supply.Highest
        ? new Verdict(Sureness.Certain, $"The supply is too high: {Supply.Show(seen.Highest)}.", Supply.Said(seen)) : null;
}
