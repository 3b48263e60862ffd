namespace Nrst.Diagnosis.Causes;

/// <summary>One of two cores is kept from starting.</summary>
internal sealed class CoreBootOff : Cause
{
    public override string Code => "NRST7070";

    public override string Why =>
        "BCM7 = 0 (or BCM4 = 0) in the option bytes: that core never starts, and its access port reaches nothing. The other one works.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Set BCM7 to 1 in the option bytes; nrst works through the other core meanwhile."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.Way == "access-ports" || (seen.AccessPorts is [{ ReachesCore: false }, ..] && seen.AccessPorts.Any(port => port is { Number: > 1, ReachesCore: true }))
        ? new Verdict(
            Sureness.Strong, "The first core does not start, and the second does: boot of the first is switched off in the option bytes.",
            [.. seen.AccessPorts.Where(port => port.Identity.Value != 0).Select(port => $"AP{port.Number}: {(port.ReachesCore ? "leads to a core" : port.Refusal)}"), .. seen.Chip?.Option("BCM7") is { } bit ? [$"BCM7 = {bit}"] : (string[])[]])
        : null;
}
