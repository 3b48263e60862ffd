namespace Nrst.Diagnosis.Causes;

/// <summary>The program has cleared FLASH_ACR.DBG_SWEN.</summary>
internal sealed class DebugSwitchedOff : Cause
{
    public override string Code => "NRST7063";

    public override string Why =>
        "On these lines a program can switch the debug port off (FLASH_ACR.DBG_SWEN = 0), until the next reset.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect under reset, which nrst does by itself, and flash a program that leaves the bit set.", "nrst flash FILE --connect under-reset"),
    ];

    public override Verdict? Judge(BoardObservations seen) => HiddenChip.Met(seen, "NRST3001") && HasBit(seen)
        ? new Verdict(Sureness.Strong, "The program has switched the debug port off (FLASH_ACR.DBG_SWEN), or taken its pins.", HiddenChip.Seen(seen)) : null;


    /// <summary>RM0444, RM0440, RM0490 and RM0503: bit 18 of FLASH_ACR.</summary>
    public static bool HasBit(BoardObservations seen) => seen.Series is "STM32G0" or "STM32G4" or "STM32C0" or "STM32U0";
}
