namespace Nrst.Diagnosis.Causes;

/// <summary>The chip never answers, and it has a supply.</summary>
internal sealed class WireBroken : Cause
{
    public override string Code => "NRST7020";

    public override string Why =>
        "SWDIO, SWCLK or GND is not connected, or swapped. This is by far the commonest reason.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Check SWDIO (PA13), SWCLK (PA14) and GND from the probe to the chip's pins with a meter, and that SWDIO and SWCLK are not swapped."),
        new("Hold BOOT0 high and switch the board off and on: the ROM bootloader does not touch the debug pins."),
    ];

    public override Verdict? Judge(BoardObservations seen) => SilentChip.Is(seen) ? new Verdict(Sureness.Likely, "Nothing answers on SWD: a wire is open, or swapped.", SilentChip.Seen(seen)) : null;
}
