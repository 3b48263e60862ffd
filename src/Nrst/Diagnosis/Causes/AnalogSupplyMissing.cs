namespace Nrst.Diagnosis.Causes;

/// <summary>The debug port answers for a moment and is gone with the first access that draws current.</summary>
internal sealed class AnalogSupplyMissing : Cause
{
    public override string Code => "NRST7006";

    public override string Why =>
        "VDDA feeds the reset circuit. Without it the chip lives on what leaks in through its pins, and dies when it draws current.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Check every VDD, VDDA, VSS and VSSA pin for solder and supply; VDDA may never be left open."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen is { Answers: false, Volts.Count: > 0, Silence.Code: "NRST3002" } && seen.Lowest > Supply.Lowest
            && !seen.Job.Rungs.Any(rung => rung.Outcome == "connected")
        ? new Verdict(Sureness.Strong, "The chip answers once and is gone: one of its supplies is missing.", $"{seen.Silence!.Code}: {seen.Silence.Message}", Supply.Said(seen))
        : null;

}
