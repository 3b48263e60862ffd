namespace Nrst.Diagnosis.Causes;

/// <summary>The supply falls when the flash is erased or programmed.</summary>
internal sealed class BrownOut : Cause
{
    public override string Code => "NRST7008";

    public override string Why =>
        "The charge pump of the flash draws current in bursts. A supply that cannot give it falls, and the brown-out reset strikes in the middle of the job.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure VDD with a scope while flashing: long thin cables, a current limit, or a missing bulk capacitor are usual."),
        new("Power the board from its own supply instead of the probe or a hub."),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        if (seen.Job.Way is null || !seen.Job.EndedWith("NRST2004", "NRST2008", "NRST3001", "NRST3002", "NRST3003", "NRST3102"))
        {
            return null;
        }

        string[] signs =
        [
            .. seen.Volts.Count > 1 && seen.Highest - seen.Lowest > Supply.Sag ? [Supply.Said(seen)] : (string[])[],
            .. HadBrownOut(seen) ? [$"RCC remembers a brown-out reset ({string.Join(", ", seen.Chip!.ResetFlags)})"] : (string[])[],
            .. IsBackUnharmed(seen) ? ["the connection was lost while the flash was being changed; the chip is back now, and its wires lose nothing at any clock"] : (string[])[],
        ];
        return signs.Length == 0
            ? null
            : new Verdict(signs.Length > 1 ? Sureness.Certain : Sureness.Strong, "The supply falls while the flash works.", [.. signs, $"{seen.Job.Error!.Code}: {seen.Job.Error.Message}"]);
    }

    /// <summary>At power-on both flags are set, and on the low-power lines they are one.</summary>
    private static bool HadBrownOut(BoardObservations seen) =>
        seen.Chip is { Device.Series: "STM32F2" or "STM32F4" or "STM32F7" or "STM32H7", ResetFlags: var flags } && flags.Contains("BORRSTF") && !flags.Contains("PORRSTF");

    private static bool IsBackUnharmed(BoardObservations seen) =>
        seen is { Answers: true, Core: not null } && !seen.Job.EndedWith("NRST2004", "NRST3102") && seen.Wire.All(sample => sample is { Transfers: > 0, Errors: 0 });
}
