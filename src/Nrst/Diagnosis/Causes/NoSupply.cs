namespace Nrst.Diagnosis.Causes;

/// <summary>No voltage, and no answer.</summary>
internal sealed class NoSupply : Cause
{
    public override string Code => "NRST7001";

    public override string Why =>
        "The probe measures the target's supply at its sense pin; a genuine ST-LINK does not feed the board.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Power the board, and connect VDD to the probe's VTref (pin 1 of the 20-pin connector)."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => !seen.Answers && !seen.Job.Rungs.Any(rung => rung.Outcome == "connected") && seen.Highest < Supply.Present
        ? new Verdict(Sureness.Certain, "The target has no supply.", Supply.Said(seen), "the debug port does not answer")
        : null;
}
