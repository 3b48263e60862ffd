namespace Nrst.Diagnosis.Causes;

/// <summary>The chip does not come out of reset, although nobody on this side holds it.</summary>
internal sealed class ResetHeldLow : Cause
{
    public override string Code => "NRST7011";

    public override string Why =>
        "Something on the board holds NRST low: a stuck button, a short, a second debugger without power, a supervisor that sees too low a voltage.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure NRST: it must be at VDD with nothing connected. Take off what is connected to it, one by one."),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        if (seen.Reset is { PinRise: not null } || seen.Job.Met("NRST3004"))
        {
            return null; // it rose after all; or the bus hangs, and a reset of ours cannot end
        }

        return seen.Reset is { StaysInReset: true } || seen.Core is { IsInReset: true }
            ? new Verdict(Sureness.Certain, "Something holds NRST low.", $"S_RESET_ST was set in all of {seen.Core?.Looks} looks, and the probe does not pull", Supply.Said(seen))
            : seen.Job.AttachMet?.StartsWith("NRST3102", StringComparison.Ordinal) == true && !seen.Answers
            ? new Verdict(Sureness.Likely, "Something holds NRST low.", seen.Job.AttachMet)
            : null;
    }
}
