namespace Nrst.Diagnosis;

/// <summary>Keeps what a job tells on its way that says something about the board.</summary>
public sealed class TrailNotes
{
    private readonly List<JobEvent.RungTried> _rungs = [];
    private readonly List<JobEvent.Repaired> _repairs = [];

    public IReadOnlyList<JobEvent.RungTried> Rungs => _rungs;
    public IReadOnlyList<JobEvent.Repaired> Repairs => _repairs;

    public void Listen(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.RungTried rung:
                _rungs.Add(rung);
                break;
            case JobEvent.Repaired repair:
                _repairs.Add(repair);
                break;
        }
    }

    public JobTrail Trail(NrstException? error) => new(error, [.. _rungs], [.. _repairs]);
}

/// <summary>What a job met on its way: the observation that nobody has to make a second time.</summary>
/// <param name="Error">Why it failed; null where it did not, or where there was no job.</param>
public sealed record JobTrail(NrstException? Error, IReadOnlyList<JobEvent.RungTried> Rungs, IReadOnlyList<JobEvent.Repaired> Repairs)
{
    public static JobTrail None { get; } = new(null, [], []);

    /// <summary>The chip that was reached; null where none was.</summary>
    public Targets.Device? Device { get; init; }

    /// <summary>The way that worked; null where none did.</summary>
    public string? Way => Rungs.LastOrDefault(rung => rung.Outcome == "connected")?.Name;

    /// <summary>What attaching to the chip as it runs met; null where it worked, or was not tried.</summary>
    public string? AttachMet => Rungs.FirstOrDefault(rung => rung is { Name: "attach", Outcome: "failed" })?.Observed;

    public bool Repaired(string name) => Repairs.Any(repair => repair.Name == name);

    /// <summary>The job ended with one of these codes.</summary>
    public bool EndedWith(params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (Error?.Code == code)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One of the ways to connect, or the job, met this code.</summary>
    public bool Met(string code) => EndedWith(code) || Rungs.Any(rung => rung.Observed.StartsWith(code, StringComparison.Ordinal));

    public string? TextOf(string repair) => Repairs.FirstOrDefault(one => one.Name == repair)?.Text;
}
