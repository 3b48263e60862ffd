namespace Nrst.Diagnosis.Causes;

/// <summary>The program keeps the chip in a low-power mode.</summary>
internal sealed class ProgramSleeps : Cause
{
    public override string Code => "NRST7050";

    public override string Why =>
        "In Stop and Standby nothing behind the access ports has a clock: the debug port answers, memory does not, and connections are lost in the middle.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect under reset; nrst then keeps the clocks alive by DBGMCU while it works, and puts them back.", "nrst flash FILE --connect under-reset"),
        new("While developing set DBG_STOP and DBG_STANDBY in the program, or wait a second before the first sleep."),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        var hidden = HiddenChip.Met(seen, "NRST3002") || HiddenChip.Met(seen, "NRST3004") || HiddenChip.Met(seen, "NRST3005") || HiddenChip.Met(seen, "NRST3006")
            || HiddenChip.Met(seen, "NRST3103") || HiddenChip.Met(seen, "NRST3109") || HiddenChip.Met(seen, "NRST3312");
        return hidden
            ? new Verdict(Sureness.Strong, "The program keeps the chip asleep.", HiddenChip.Seen(seen)) : null;
    }
}
