namespace Nrst.Diagnosis.Causes;

/// <summary>The debug port is silent while the program runs, and answers under reset.</summary>
internal sealed class DebugPinsTaken : Cause
{
    public override string Code => "NRST7023";

    public override string Why =>
        "The program makes GPIOs of PA13 and PA14, often by writing a whole port mode register or by a board file that ends in no debug.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Flash a program that leaves PA13 and PA14 alone; nrst connects under reset by itself.", "nrst flash FILE --connect under-reset"),
    ];

    public override Verdict? Judge(BoardObservations seen) => HiddenChip.Met(seen, "NRST3001")
        ? new Verdict(DebugSwitchedOff.HasBit(seen) ? Sureness.Likely : Sureness.Strong, "The program has taken the debug pins.", HiddenChip.Seen(seen)) : null;
}
