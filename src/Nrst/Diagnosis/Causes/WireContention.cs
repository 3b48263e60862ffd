namespace Nrst.Diagnosis.Causes;

/// <summary>Transfers are lost at every clock.</summary>
internal sealed class WireContention : Cause
{
    public override string Code => "NRST7022";

    public override string Why =>
        "Something else drives SWDIO: another output on the same net, a second probe, a USB line tied to PA13. Slower clocks lose fewer transfers, and none is clean.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Find what else is connected to SWDIO and SWCLK, and take it off: a second debugger, a level shifter, a connector that shares the pins."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Wire.Count(sample => sample is { Transfers: > 0, Errors: > 0 }) > 1 && !seen.Wire.Any(sample => sample is { Transfers: > 0, Errors: 0 })
        ? new Verdict(Sureness.Certain, "SWD transfers are lost at every clock: something else drives SWDIO.", WireSamples.Said(seen)) : null;
}
