namespace Nrst.Diagnosis.Causes;

/// <summary>The debug port is closed by the option bytes.</summary>
internal sealed class ClosedForGood : Cause
{
    public override string Code => "NRST7062";

    public override string Why =>
        "Read-out protection of level 2, or level 1 together with BOOT_LOCK, closes the debug port for good. From outside this looks like a wire that is open.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("If the chip was ever set so, it stays so: replace it. The ROM bootloader refuses, too, and that tells it from a broken wire."),
    ];

    public override Verdict? Judge(BoardObservations seen) => SilentChip.Is(seen)
        ? new Verdict(Sureness.Likely, "Or the debug port is closed for good, by read-out protection of level 2 or by BOOT_LOCK.", SilentChip.Seen(seen)) : null;
}
