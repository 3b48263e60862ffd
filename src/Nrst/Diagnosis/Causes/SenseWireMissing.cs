namespace Nrst.Diagnosis.Causes;

/// <summary>No voltage, and the chip answers all the same.</summary>
internal sealed class SenseWireMissing : Cause
{
    public override string Code => "NRST7002";

    public override string Why =>
        "The chip answers, so it has a supply: what is missing is the wire from VDD to the probe's VTref.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect VDD to VTref; probes set the level of their signals by it, and nrst chooses the flash parallelism by it."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Highest < Supply.Present && (seen.Answers || seen.Job.Way is not null)
        ? new Verdict(Sureness.Certain, "The probe measures no supply, and the chip works: the sense wire does not reach VDD.", Supply.Said(seen), "the debug port answers")
        : null;
}
