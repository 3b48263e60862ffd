namespace Nrst.Diagnosis.Causes;

/// <summary>An earlier debugger has left breakpoints and catches behind.</summary>
internal sealed class DebugStateLeft : Cause
{
    public override string Code => "NRST7056";

    public override string Why =>
        "A debugger that was pulled off leaves its breakpoints, vector catches and C_DEBUGEN set; they last until power is taken away, and stop the program for no visible reason.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Switch the board off and on, or connect and let go once.", "nrst reset"),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        const uint Catching = 0x7F1; // the vector catches of DEMCR
        if (seen.Core is not { } core || seen.Job is { Error: not null, Way: not null }) // what this very job has left is not an earlier one's
        {
            return null;
        }

        string[] left =
        [
            .. core.Breakpoints > 0 ? [$"{core.Breakpoints} breakpoints are set"] : (string[])[],
            .. (core.Catches & Catching) != 0 ? [$"DEMCR = 0x{core.Catches:X8} catches vectors"] : (string[])[],
            .. core.IsHalted ? ["the core is halted"] : (string[])[],
        ];
        return core.WasDebugged && left.Length > (core.IsHalted ? 1 : 0) ? new Verdict(Sureness.Strong, "An earlier debugger has left its breakpoints and catches behind.", left) : null;
    }
}
