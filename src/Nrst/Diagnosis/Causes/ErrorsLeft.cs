namespace Nrst.Diagnosis.Causes;

/// <summary>The flash controller still shows the errors of an earlier job.</summary>
internal sealed class ErrorsLeft : Cause
{
    public override string Code => "NRST7082";

    public override string Why =>
        "Some controllers refuse the next operation as long as an old error is shown. nrst clears it.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Nothing with nrst. Other tools may fail until the chip is reset."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.Error is FlashException or ProofException ? null // they are those of this very job
        : seen.Flash?.Leftover is { Name: "stale-flash-errors" } left ? new Verdict(Sureness.Likely, "The flash controller still shows errors of an earlier job.", left.Text)
        : seen.Job.TextOf("stale-flash-errors") is { } told ? new Verdict(Sureness.Likely, "The flash controller still showed errors of an earlier job.", told) : null;
}
