namespace Nrst.Diagnosis;

/// <summary>From what was seen of a board to what is wrong with it, the likeliest first.</summary>
public static class BoardRules
{
    /// <summary>More than these nobody reads.</summary>
    private const int Most = 5;

    public static IReadOnlyList<Finding> Conclude(BoardObservations seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var judged = CauseList.All.Select(cause => (Cause: cause, Verdict: cause.Judge(seen)))
            .Where(one => one.Verdict is not null)
            .OrderByDescending(one => one.Verdict!.Sureness) // stable: the list's own order decides between equals
            .Select(one => From(one.Cause, one.Verdict!))
            .Take(Most)
            .ToList();
        return judged.Count > 0 || seen.Job.Error is not { } error ? judged : [Finding.From(error)];
    }

    private static Finding From(Cause cause, Verdict verdict) =>
        new(cause.Code, verdict.Fact, cause.Why, verdict.For, verdict.Remedies ?? cause.Remedies) { Against = verdict.Against };
}
