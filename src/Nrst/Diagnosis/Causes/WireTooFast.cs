namespace Nrst.Diagnosis.Causes;

/// <summary>Transfers are lost at high clocks, and none at lower ones.</summary>
internal sealed class WireTooFast : Cause
{
    public override string Code => "NRST7021";

    public override string Why =>
        "The wires are too long or have no ground beside them for this clock.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Use wires of at most 20 cm with a ground wire beside SWCLK, or a lower clock.", "nrst flash FILE --speed 950"),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        var lossy = seen.Wire.Where(sample => sample.Transfers == 0 || sample.Errors > 0).ToList();
        var clean = seen.Wire.Where(sample => sample is { Transfers: > 0, Errors: 0 }).Select(sample => sample.Kilohertz).DefaultIfEmpty(0).Max();
        if (lossy.Count > 0 && clean > 0 && lossy.TrueForAll(sample => sample.Kilohertz > clean))
        {
            return new Verdict(Sureness.Certain, $"The SWD wires carry {clean} kHz and no more.", WireSamples.Said(seen));
        }

        return seen.Job.TextOf("slower-clock") is { } told && clean > 0
            ? new Verdict(Sureness.Strong, "The SWD wires do not carry the clock that was asked for.", told) : null;
    }
}
