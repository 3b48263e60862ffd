namespace Nrst.Diagnosis.Causes;

/// <summary>PDR_ON low and no supervisor: the chip never leaves power-down reset.</summary>
internal sealed class PowerDownReset : Cause
{
    public override string Code => "NRST7007";

    public override string Why =>
        "On packages with a PDR_ON pin a low level switches the internal reset off; without an external supervisor the chip then never starts, and SWDIO stays high.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect PDR_ON to VDD, or NRST to a supervisor."),
    ];

    public override Verdict? Judge(BoardObservations seen) => SilentChip.Is(seen)
        ? new Verdict(Sureness.Possible, "The chip may be kept in power-down reset, if its package has a pin PDR_ON (F2, F4, F7, H7 with 144 balls or pins and more) and it is low.", SilentChip.Seen(seen))
        : null;

}
