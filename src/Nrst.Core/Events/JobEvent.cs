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
}

/// <summary>Takes the events of a job. Called on the job's own thread; must not throw.</summary>
public delegate void JobListener(JobEvent happened);
