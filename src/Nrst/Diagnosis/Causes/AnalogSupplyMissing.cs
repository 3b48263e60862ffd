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

    public override Verdict? Judge(BoardObservations seen) => SilentChip.Is(seen) && seen.Job.AttachMet is { } met && met.Contains(DebugPortError, StringComparison.Ordinal)
        ? new Verdict(Sureness.Strong, "The chip answered once and was gone: one of its supplies is missing, VDDA above all.", [met, .. SilentChip.Seen(seen)])
        : null;

    // A port that was there for the first transfer; one that is not wired gives GET_IDCODE_ERROR at once.
    private const string DebugPortError = "SWD_DP_ERROR";
}
