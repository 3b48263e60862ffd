namespace Nrst.Diagnosis.Causes;

/// <summary>The option bytes make NRST a GPIO.</summary>
internal sealed class ResetPinIsGpio : Cause
{
    public override string Code => "NRST7013";

    public override string Why =>
        "NRST_MODE in the option bytes makes the pin an ordinary GPIO: pulling it low does nothing.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Set NRST_MODE to 3 (reset input and output) if the board needs its reset button or connecting under reset."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => IsOne(seen)
        ? new Verdict(
            Sureness.Certain, "NRST is a GPIO by the option bytes.",
            [$"NRST_MODE = {seen.Chip!.Option("NRST_MODE")}", .. seen.Reset is { PinWorks: false } ? ["pulling it low does not reset the chip"] : (string[])[]])
        : null;


    /// <summary>RM0444, FLASH_OPTR.NRST_MODE: 2 is GPIO.</summary>
    public static bool IsOne(BoardObservations seen) => seen.Chip?.Option("NRST_MODE") == 2;
}
