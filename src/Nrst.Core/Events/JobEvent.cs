namespace Nrst;

/// <summary>The parts of a job that a user waits for.</summary>
public enum Phase
{
    Connect,
    Compare,
    Erase,
    Program,
    Verify,
    Read,
    Reset,
}

/// <summary>What a job tells while it runs. Records, not strings: whoever listens draws them.</summary>
public abstract record JobEvent
{
    private JobEvent()
    {
    }

    /// <param name="Total">Bytes this phase will handle; 0 where that has no meaning.</param>
    public sealed record PhaseStarted(Phase Phase, long Total) : JobEvent;

    /// <param name="Done">Bytes handled so far.</param>
    public sealed record Advanced(Phase Phase, long Done, long Total) : JobEvent;

    public sealed record PhaseFinished(Phase Phase, TimeSpan Took, long Bytes) : JobEvent;

    /// <summary>Something a user should know that is no failure.</summary>
    public sealed record Noticed(string Text) : JobEvent;

    /// <summary>Something that stood in the way, and what was done about it unasked.</summary>
    /// <param name="Name">For programs: <c>core-reset</c>. Does not change.</param>
    /// <param name="Text">For people: what was found, and what was done.</param>
    public sealed record Repaired(string Name, string Text) : JobEvent;

    /// <summary>One way to get hold of the chip was tried, or left out.</summary>
    /// <param name="Name">For programs: <c>under-reset</c>. Does not change.</param>
    /// <param name="Outcome">connected, failed or skipped.</param>
    /// <param name="Observed">What was seen, or why it was left out.</param>
    public sealed record RungTried(string Name, string Outcome, string Observed, TimeSpan Took) : JobEvent;
}

/// <summary>Takes the events of a job. Called on the job's own thread; must not throw.</summary>
public delegate void JobListener(JobEvent happened);
