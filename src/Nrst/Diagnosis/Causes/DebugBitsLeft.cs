namespace Nrst.Diagnosis.Causes;

/// <summary>DBGMCU bits that keep clocks alive are set.</summary>
internal sealed class DebugBitsLeft : Cause
{
    public override string Code => "NRST7086";

    public override string Why =>
        "A debugger, or the program, has left them: the chip draws about a mA more in its low-power modes, and watchdogs stop with the core, until power is taken away.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Switch the board off and on before measuring its current; take the bits out of the program for release."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip is { DebugBits: { Count: > 0 } bits }
        ? new Verdict(Sureness.Possible, "DBGMCU still keeps clocks alive for a debugger.", bits) : null;
}
