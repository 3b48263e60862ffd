namespace Nrst.Diagnosis.Causes;

/// <summary>Pulling NRST does nothing, and the chip can be reset from inside.</summary>
internal sealed class ResetUnwired : Cause
{
    public override string Code => "NRST7012";

    public override string Why =>
        "The probe's reset wire does not reach the chip: not connected, or a copy of a probe whose RST pin does nothing.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect NRST (pin 15 of the 20-pin connector, pin 5 of the 6-pin SWD connector). Without it a program that takes the debug pins cannot be stopped."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Reset is { PinWorks: false, RequestWorks: true } && !ResetPinIsGpio.IsOne(seen)
        ? new Verdict(Sureness.Strong, "The probe's NRST does not reach the chip.", "with NRST held low DHCSR.S_RESET_ST stays 0", "SYSRESETREQ resets the chip") : null;
}
