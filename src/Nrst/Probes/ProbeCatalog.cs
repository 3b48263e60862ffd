namespace Nrst;

/// <summary>A probe that is there, whether or not it can be opened.</summary>
/// <param name="Selector">What to write after <c>--probe</c> for this one.</param>
/// <param name="Target">What is known of the chip behind it; a virtual board knows its chip.</param>
/// <param name="CannotOpen">Why it cannot be opened, or null.</param>
public sealed record ProbeListing(ProbeSelector Selector, string Kind, string? Serial, string? Target, string? CannotOpen)
{
    /// <summary>The same as <see cref="CannotOpen"/> in full, with cause and remedies, where the source knows them.</summary>
    public NrstException? Problem { get; init; }
}

/// <summary>What a look around found.</summary>
/// <param name="Problems">Sources that could not look, and why: what they would have listed is missing.</param>
public sealed record ProbeSurvey(IReadOnlyList<ProbeListing> Probes, IReadOnlyList<NrstException> Problems)
{
    public NrstException? FirstProblem => Problems is [var first, ..] ? first : null;
}

/// <summary>One way to reach probes: a virtual bench, a server, a USB bus.</summary>
public interface IProbeSource
{
    IReadOnlyList<ProbeListing> List();

    /// <summary>Those that a selector fits; none where this source does not answer for such selectors.</summary>
    IReadOnlyList<ProbeListing> Fitting(ProbeSelector selector) => [.. List().Where(probe => probe.Selector == selector)];

    /// <summary>Opens the probe the selector names, or returns null where this source does not answer for such selectors.</summary>
    IDebugProbe? Open(ProbeSelector selector);
}

/// <summary>All probes that can be reached, from all sources.</summary>
public sealed class ProbeCatalog(IReadOnlyList<IProbeSource> sources)
{
    /// <summary>Everything there is. A source that cannot look hides nothing of the others.</summary>
    public ProbeSurvey Survey()
    {
        var probes = new List<ProbeListing>();
        var problems = new List<NrstException>();
        foreach (var source in sources)
        {
            try
            {
                probes.AddRange(source.List());
            }
            catch (ProbeException problem)
            {
                problems.Add(problem);
            }
        }

        return new ProbeSurvey(probes, problems);
    }

    /// <summary>What the list calls the probe that is meant, so that two ways to write the same can be told. Opens nothing.</summary>
    /// <returns>The selector as it is where nothing answers to it: opening it tells why.</returns>
    /// <exception cref="UsageException">Several fit; they are listed.</exception>
    public ProbeSelector Resolve(ProbeSelector selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        var fitting = new List<ProbeListing>();
        foreach (var source in sources)
        {
            try
            {
                fitting.AddRange(selector is ProbeSelector.SerialNumber serial ? [.. source.List().Where(probe => Begins(probe, serial))] : source.Fitting(selector));
            }
            catch (ProbeException)
            {
                // A source that cannot look is told of by whoever opens something from it.
            }
        }

        return fitting switch
        {
            [] => selector,
            [var only] => only.Selector,
            _ => throw Several(fitting, $"{fitting.Count} probes answer to '{selector}'."),
        };
    }

    /// <param name="selector">Null: the only probe there is.</param>
    /// <exception cref="ProbeException">There is none, or it cannot be opened.</exception>
    /// <exception cref="UsageException">Several fit; they are listed.</exception>
    public IDebugProbe Open(ProbeSelector? selector)
    {
        var chosen = selector switch
        {
            null => TheOnlyOne(),
            ProbeSelector.SerialNumber serial => BySerial(serial),
            _ => selector,
        };
        foreach (var source in sources)
        {
            if (source.Open(chosen) is { } probe)
            {
                return probe;
            }
        }

        throw NoneAnswers(chosen);
    }

    private static Remedy TryTheBench => new("Try it without hardware, on a virtual board.", "nrst info --probe virtual:STM32F407VG");

    private static ProbeException NoneAnswers(ProbeSelector selector) => new("NRST1002", $"No probe answers to '{selector}'.")
    {
        LikelyCause = "It is not plugged in, or it is reached another way than the selector says.",
        Remedies = [new("See what is there, and how it is selected.", "nrst list"), TryTheBench],
    };

    private static bool Begins(ProbeListing probe, ProbeSelector.SerialNumber wanted) =>
        probe.Serial?.StartsWith(wanted.Prefix, StringComparison.OrdinalIgnoreCase) == true;

    private ProbeSelector BySerial(ProbeSelector.SerialNumber wanted)
    {
        var survey = Survey();
        var fitting = survey.Probes.Where(probe => Begins(probe, wanted)).ToList();
        return fitting switch
        {
            [] => throw survey.FirstProblem ?? NoneAnswers(wanted),
            [var only] => only.Selector,
            _ => throw Several(fitting, $"The serial numbers of {fitting.Count} probes begin with '{wanted}'."),
        };
    }

    // A virtual board is never taken unasked: nobody shall believe that it was hardware.
    private ProbeSelector TheOnlyOne()
    {
        var survey = Survey();
        return survey.Probes.Where(probe => probe.Selector is not ProbeSelector.Virtual).ToList() switch
        {
            [] => throw survey.FirstProblem ?? NoneAttached(),
            [var only] => only.Selector,
            var several => throw Several(several, $"There are {several.Count} probes, and none was chosen."),
        };
    }

    internal static ProbeException NoneAttached() => new("NRST1001", "No probe was found.")
    {
        LikelyCause = "No ST-LINK is on this machine's USB. Virtual boards and stlink-servers are used only when they are named.",
        Remedies =
        [
            new("Plug a probe in; if it is, try another cable: many carry power only.", "nrst list"),
            new("Name a running stlink-server.", "nrst info --probe tcp:127.0.0.1:7184"),
            TryTheBench,
        ],
    };

    internal static UsageException Several(List<ProbeListing> probes, string fact) => new("NRST1003", fact)
    {
        LikelyCause = "Several probes fit; nrst does not guess which chip to write to.",
        Evidence = [.. probes.Select(probe => string.Join("  ", new[] { $"{probe.Selector}", probe.Kind, probe.Serial, probe.Target }.Where(part => part is not null)))],
        Remedies = [.. probes.Take(4).Select(probe => new Remedy("Choose one.", $"--probe {probe.Selector}"))],
    };
}
