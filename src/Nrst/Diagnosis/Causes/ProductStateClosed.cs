namespace Nrst.Diagnosis.Causes;

/// <summary>The product state is Closed or Locked.</summary>
internal sealed class ProductStateClosed : Cause
{
    public override string Code => "NRST7069";

    public override string Why =>
        "Of the access ports only the mailbox for debug authentication answers; the core is not visible.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Open the chip with its debug authentication credentials, or replace it."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen is { Answers: true, Core: null, AccessPorts.Count: > 0 } && seen.AccessPorts.All(port => !port.ReachesCore) && seen.DebugPort is { Version: >= 2 }
        ? new Verdict(
            Sureness.Strong, "The debug port answers and no core is behind it: the product state is Closed, or the chip waits for debug authentication.",
            [$"DPIDR {seen.DebugPort}", .. seen.AccessPorts.Select(port => $"AP{port.Number}: IDR {port.Identity}, {port.Refusal}")])
        : null;
}
