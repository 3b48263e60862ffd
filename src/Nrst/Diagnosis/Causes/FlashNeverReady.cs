namespace Nrst.Diagnosis.Causes;

/// <summary>The flash stays busy for ever.</summary>
internal sealed class FlashNeverReady : Cause
{
    public override string Code => "NRST7088";

    public override string Why =>
        "An erase or program was started and never ends: the charge pump does not reach its voltage, or the flash is damaged.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure VDD and VCAP while erasing. If they are right, the chip is damaged."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.EndedWith("NRST2004") && seen.Flash?.Leftover is not { Name: "flash-resumed" }
        ? new Verdict(Sureness.Strong, "An operation of the flash never ends.", [seen.Job.Error!.Message, .. seen.Job.Error.Evidence.Take(2)]) : null;
}
