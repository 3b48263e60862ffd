namespace Nrst.Diagnosis.Causes;

/// <summary>A chip that could not be reached as it ran, and could with its program held back.</summary>
internal static class HiddenChip
{
    /// <param name="code">What attaching met.</param>
    public static bool Met(BoardObservations seen, string code) =>
        seen.Job.AttachMet?.StartsWith(code, StringComparison.Ordinal) == true && seen.Job.Way is "under-reset-slow" or "under-reset" or "pulse" or "power-cycle"
        || (seen is { Answers: false, Reset.AnswersWhileLow: true } && seen.Silence?.Code == code);

    public static string[] Seen(BoardObservations seen) => seen.Job.AttachMet is { } met
        ? [$"attaching as it ran: {met}", $"{seen.Job.Way}: connected"]
        : [$"attaching as it ran: {seen.Silence?.Message}", "with NRST held low the debug port answers"];
}
