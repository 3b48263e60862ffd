namespace Nrst.Diagnosis.Causes;

/// <summary>A compatible chip of another maker.</summary>
internal sealed class ChipIsCopy : Cause
{
    public override string Code => "NRST7040";

    public override string Why =>
        "The chip answers like an STM32, and its ROM table was not written by ST. Copies differ in flash times, clock and errata.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Nothing, if it is what you bought. If it should be an STM32, look at where it came from."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip is { Device: { } device, Designer: { } designer } && designer is not (Makers.St or 0) && (designer != Makers.Arm || BearsSt(device.Series))
        ? new Verdict(
            Sureness.Strong, $"The chip is no genuine {device.Name}: its ROM table names {Makers.NameOf(designer)}.",
            [$"JEP106 code 0x{designer:X3} instead of 0x{Makers.St:X3}", .. seen.DebugPort is { } port && port.Value != device.Dpidr ? [$"DPIDR 0x{port.Value:X8}, and a genuine one has 0x{device.Dpidr:X8}"] : (string[])[]])
        : null;

    /// <summary>The lines whose only ROM table is ST's own; later ones have Arm's tables before it.</summary>
    private static bool BearsSt(string series) => series is "STM32F0" or "STM32F1" or "STM32F2" or "STM32F3" or "STM32F4" or "STM32L0" or "STM32L1";
}
