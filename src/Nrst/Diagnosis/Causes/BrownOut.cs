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
        var sagged = seen.Volts.Count > 1 && seen.Highest - seen.Lowest > Supply.Sag && seen.Lowest > Supply.Present;
        var brownOut = seen.Chip?.ResetFlags.Contains("BORRSTF") == true && !seen.Chip.ResetFlags.Contains("PORRSTF");
        var lost = seen.Job.EndedWith("NRST3002", "NRST2004", "NRST2008", "NRST3102", "NRST2007", "NRST2010") || brownOut;
        return (sagged || brownOut) && lost
            ? new Verdict(
                sagged && brownOut ? Sureness.Certain : Sureness.Strong,
                "The supply falls while the flash works.",
                [Supply.Said(seen), .. brownOut ? [$"RCC remembers a brown-out reset ({string.Join(", ", seen.Chip!.ResetFlags)})"] : (string[])[], .. seen.Job.Error is { } error ? [$"{error.Code}: {error.Message}"] : (string[])[]])
            : null;
    }

}
