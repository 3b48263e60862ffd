namespace Nrst;

/// <summary>One way to reach chips in their loaders: this machine's USB, its serial ports, a virtual bench.</summary>
public interface ILoaderSource
{
    IReadOnlyList<ProbeListing> List();

    /// <param name="chip">The part that must be there, or null.</param>
    /// <returns>Null where this source does not answer for such selectors.</returns>
    RomSession? Open(ProbeSelector selector, string? chip);
}

/// <summary>All loaders that can be reached, from all sources.</summary>
public sealed class LoaderCatalog(IReadOnlyList<ILoaderSource> sources)
{
    public ProbeSurvey Survey()
    {
        var found = new List<ProbeListing>();
        var problems = new List<NrstException>();
        foreach (var source in sources)
        {
            try
            {
                found.AddRange(source.List());
            }
            catch (ProbeException problem)
            {
                problems.Add(problem);
            }
        }

        return new ProbeSurvey(found, problems);
    }

    public RomSession Open(ProbeSelector selector, string? chip)
    {
        foreach (var source in sources)
        {
            if (source.Open(selector, chip) is { } session)
            {
                return session;
            }
        }

        throw NobodyAnswers(selector);
    }

    /// <summary>The error where a selector leads to no loader.</summary>
    public static ProbeException NobodyAnswers(ProbeSelector selector) => new("NRST1505", $"No loader answers to '{selector}'.")
    {
        LikelyCause = "The chip runs its program: a loader starts at a reset with BOOT0 high. Or the cable carries power only, or its crystal is none that the loader takes.",
        Remedies =
        [
            new("Hold BOOT0 high, reset the board, and look again.", "nrst list"),
            new("Try it without hardware, on a virtual board.", "nrst bench set NAME boot0=1"),
        ],
    };
}
