namespace Nrst;

/// <summary>A probe that is there, whether or not it can be opened.</summary>
/// <param name="Selector">What to write after <c>--probe</c> for this one.</param>
/// <param name="Target">What is known of the chip behind it; a virtual board knows its chip.</param>
/// <param name="CannotOpen">Why it cannot be opened, or null.</param>
public sealed record ProbeListing(ProbeSelector Selector, string Kind, string? Serial, string? Target, string? CannotOpen);

/// <summary>One way to reach probes: a virtual bench, a server, a USB bus.</summary>
public interface IProbeSource
{
    IReadOnlyList<ProbeListing> List();

    /// <summary>Opens the probe the selector names, or returns null where this source does not answer for such selectors.</summary>
    IDebugProbe? Open(ProbeSelector selector);
}

/// <summary>All probes that can be reached, from all sources.</summary>
public sealed class ProbeCatalog(IReadOnlyList<IProbeSource> sources)
{
    public IReadOnlyList<ProbeListing> List() => [.. sources.SelectMany(source => source.List())];

    /// <param name="selector">Null: the only probe there is.</param>
    /// <exception cref="ProbeException">None, several, or one that cannot be opened.</exception>
    public IDebugProbe Open(ProbeSelector? selector)
    {
        var chosen = selector ?? TheOnlyOne();
        foreach (var source in sources)
        {
            if (source.Open(chosen) is { } probe)
            {
                return probe;
            }
        }

        throw new ProbeException("NRST1002", $"No probe answers to '{chosen}'.")
        {
            LikelyCause = "It is not plugged in, or it is reached another way than the selector says.",
            Remedies = [new("See what is there, and how it is selected.", "nrst list"), TryTheBench],
        };
    }

    private static Remedy TryTheBench => new("Try it without hardware, on a virtual board.", "nrst info --probe virtual:STM32F407VG");

    private ProbeSelector TheOnlyOne() => List() switch
    {
        [] => throw new ProbeException("NRST1001", "No probe was found.")
        {
            LikelyCause = "Nothing is attached that this version can reach: it uses virtual boards and stlink-servers, not USB.",
            Remedies =
            [
                TryTheBench,
                new("Name a running stlink-server.", "nrst info --probe tcp:127.0.0.1:7184"),
            ],
        },
        [var only] => only.Selector,
        var several => throw new ProbeException("NRST1003", $"There are {several.Count} probes, and none was chosen.")
        {
            LikelyCause = "Several probes or virtual boards are there; nrst does not guess which chip to write to.",
            Evidence = [.. several.Select(probe => $"{probe.Selector}  {probe.Kind}  {probe.Target}".TrimEnd())],
            Remedies = [.. several.Take(4).Select(probe => new Remedy("Choose one.", $"--probe {probe.Selector}"))],
        },
    };
}
