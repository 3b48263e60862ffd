namespace Nrst.Diagnosis.Causes;

/// <summary>Another maker's chip.</summary>
internal sealed class NotAnStm32 : Cause
{
    public override string Code => "NRST7041";

    public override string Why =>
        "The debug port and a core answer, no STM32 identity is there, and the ROM table names another maker.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Check which board is on the probe, and the marking of the chip."),
        new("See which chips nrst knows.", "nrst chips"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip is { Device: null, Designer: { } designer, Problem.Code: "NRST3321" } && designer is not (Makers.St or Makers.Arm or 0)
        ? new Verdict(Sureness.Certain, $"The chip is no STM32: its ROM table names {Makers.NameOf(designer)}.", $"JEP106 code 0x{designer:X3}", $"{seen.Chip.Problem?.Message}")
        : null;
}
