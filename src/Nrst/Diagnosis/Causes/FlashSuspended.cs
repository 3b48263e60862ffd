namespace Nrst.Diagnosis.Causes;

/// <summary>The program keeps the flash from being changed.</summary>
internal sealed class FlashSuspended : Cause
{
    public override string Code => "NRST7084";

    public override string Why =>
        "FLASH_ACR.PES is set, by the radio stack of the second core or by the program: every erase and program waits for ever. nrst clears it for a job.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Nothing with nrst. Other tools wait for ever; connect under reset with them."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Flash?.Leftover is { Name: "flash-resumed" } left ? new Verdict(Sureness.Strong, "The program keeps the flash from being changed.", left.Text)
        : seen.Job.TextOf("flash-resumed") is { } told ? new Verdict(Sureness.Strong, "The program keeps the flash from being changed.", told) : null;
}
