namespace Nrst.Diagnosis.Causes;

/// <summary>A board with a supply whose debug port never answered, at any clock, with NRST low or not.</summary>
internal static class SilentChip
{
    public static bool Is(BoardObservations seen) =>
        seen is { Answers: false, Silence.Code: "NRST3001", Reset: not { AnswersWhileLow: true } } && seen.Lowest is not < Supply.Lowest
        && !seen.Job.Rungs.Any(rung => rung.Outcome == "connected");

    public static string[] Seen(BoardObservations seen) =>
    [
        $"no answer at {string.Join(", ", seen.Wire.Select(sample => $"{sample.Kilohertz}"))} kHz",
        .. seen.Reset is { AnswersWhileLow: false } ? ["nor while NRST was held low"] : (string[])[],
        .. seen.Volts.Count > 0 ? [Supply.Said(seen)] : (string[])[],
    ];
}
