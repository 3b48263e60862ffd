namespace Nrst.Diagnosis.Causes;

/// <summary>The program has switched the core supply to something that the board does not have.</summary>
internal sealed class CoreSupplyWrong : Cause
{
    public override string Code => "NRST7071";

    public override string Why =>
        "On chips with a step-down converter a wrong setting of PWR_CR3 (SMPS without a coil, LDO where it is not wired) stops the chip a few ms after power-on; a reset does not undo it.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Hold BOOT0 high, switch the board off and on, and erase the program.", "nrst erase --all --connect power-cycle"),
        new("Then set the supply in the program as the board is wired (LDO, SMPS, or both)."),
    ];

    public override Verdict? Judge(BoardObservations seen) => !Fits(seen) ? null
        : seen.Job.Way == "power-cycle" ? new Verdict(
            Sureness.Certain, "The program stops its own chip a few milliseconds after power-on: it switches the core supply to what the board does not have.", HiddenChip.Seen(seen))
        : SilentChip.Is(seen) ? new Verdict(Sureness.Likely, "Or the program has switched the core supply to a converter that the board does not have.", SilentChip.Seen(seen))
        : null;

    /// <summary>Only these have the choice; a silent chip does not say who it is, so the user has to have named it.</summary>
    private static bool Fits(BoardObservations seen) =>
        seen.Named is { Length: > 8 } name && name[..9].ToUpperInvariant() is "STM32H725" or "STM32H735" or "STM32H745" or "STM32H747" or "STM32H755" or "STM32H757";
}
