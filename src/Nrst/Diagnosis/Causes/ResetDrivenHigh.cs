namespace Nrst.Diagnosis.Causes;

/// <summary>Neither the probe nor the chip can pull NRST low.</summary>
internal sealed class ResetDrivenHigh : Cause
{
    public override string Code => "NRST7010";

    public override string Why =>
        "Something drives NRST high: a supervisor or a watchdog with a push-pull output. SYSRESETREQ pulls the same pin from inside, so it fails, too.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Use a supervisor with an open-drain output, or connect it through 1 kΩ."),
        new("Until then nrst resets the core alone.", "nrst flash FILE --connect core-reset"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Reset is { PinWorks: false, RequestWorks: false } ? new Verdict(
            Sureness.Certain, "NRST cannot be pulled low: something drives it high.", "with NRST held low DHCSR.S_RESET_ST stays 0 and the program runs on", "SYSRESETREQ does not reset the chip either")
        : seen.Job.Repaired("core-reset") && seen.Job.TextOf("core-reset") is { } told ? new Verdict(Sureness.Strong, "NRST cannot be pulled low: something drives it high.", told)
        : null;
}
