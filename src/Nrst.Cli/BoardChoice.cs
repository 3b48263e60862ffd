using System.CommandLine;

namespace Nrst.Cli;

/// <summary>Which boards a command is for, where it can be for several.</summary>
internal static class BoardChoice
{
    public static readonly Option<string[]> Probes = new(Common.Probe.Name, [.. Common.Probe.Aliases])
    {
        Description = Common.Probe.Description + "; may be repeated, for several boards at once",
        HelpName = Common.Probe.HelpName,
    };

    public static readonly Option<bool> All = new("--all")
    {
        Description = "Every probe attached; with --probe VID:PID, a serial number's beginning or virtual:[NAME'S BEGINNING], all that fit it",
    };

    /// <summary>The one probe that was named, or null.</summary>
    public static string? One(Invocation call) => call.Line.GetValue(Probes) is [var only] ? only : null;

    /// <summary>Null where the command is for one board. With --all there may be one as well, and it is still a list.</summary>
    /// <exception cref="UsageException">One was named twice, or what was asked for does not go with several.</exception>
    public static IReadOnlyList<ProbeSelector>? Several(Invocation call)
    {
        var texts = call.Line.GetValue(Probes) ?? [];
        var all = call.Line.GetValue(All);
        if (!all && texts.Length < 2)
        {
            return null;
        }

        if (call.Line.GetValue(Common.Capture) is not null)
        {
            throw new UsageException("NRST0122", "A capture holds one probe, and several boards were asked for.")
            {
                LikelyCause = "--capture was given together with --all or a second --probe.",
                Remedies = [new("Capture the board that makes trouble, alone.", "nrst flash FILE --probe SELECTOR --capture FILE.pcapng")],
            };
        }

        return all ? Every(texts) : Distinct(texts);
    }

    private static List<ProbeSelector> Distinct(string[] texts)
    {
        var selectors = texts.Select(ProbeSelector.Parse).ToList();
        var known = new Dictionary<ProbeSelector, string>();
        foreach (var (selector, text) in selectors.Zip(texts))
        {
            var resolved = BoardBehind(Connection.Catalog.Resolve(selector));
            if (!known.TryAdd(resolved, text))
            {
                throw new UsageException("NRST0121", $"One probe was named twice: '{known[resolved]}' and '{text}'.")
                {
                    LikelyCause = "The same selector stands twice on the command line, or two selectors mean the same probe or board.",
                    Remedies = [new("See what is there, and how it is selected.", "nrst list")],
                };
            }
        }

        return selectors;
    }

    /// <summary>A board of the bench by whichever of its connectors; what real ones are behind cannot be told from outside.</summary>
    private static ProbeSelector BoardBehind(ProbeSelector selector)
    {
        var place = selector switch
        {
            ProbeSelector.Dfu dfu => dfu.Which,
            ProbeSelector.SerialPort port => port.Device,
            _ => null,
        };
        return place?.StartsWith(Connection.BenchPrefix, StringComparison.Ordinal) == true ? new ProbeSelector.Virtual(place[Connection.BenchPrefix.Length..]) : selector;
    }

    // A virtual board is never taken unasked, and "all" does not ask for it.
    private static List<ProbeSelector> Every(string[] filters)
    {
        var fits = filters switch
        {
            [] => static probe => probe.Selector is not ProbeSelector.Virtual,
            [var only] => Filter(only),
            _ => throw NoFilter(string.Join(' ', filters)),
        };
        var survey = Connection.Catalog.Survey();
        var found = survey.Probes.Where(fits).Select(probe => probe.Selector).ToList();

        // Who says all wants none left out unsaid.
        return survey.FirstProblem is { } problem && !found.TrueForAll(one => one is ProbeSelector.Virtual) ? throw problem
            : found.Count > 0 ? found
            : throw survey.FirstProblem ?? new ProbeException("NRST1001", filters is [] ? "No probe was found." : $"No probe fits '{filters[0]}'.")
            {
                LikelyCause = filters is []
                    ? "No ST-LINK is on this machine's USB. Virtual boards are meant by --all only together with --probe virtual:"
                    : "Nothing that is there begins so.",
                Remedies = [new("See what is there, and how it is selected.", "nrst list")],
            };
    }

    private static Func<ProbeListing, bool> Filter(string text)
    {
        if (text.StartsWith(Connection.BenchPrefix, StringComparison.Ordinal))
        {
            return probe => probe.Selector is ProbeSelector.Virtual board && board.Name.StartsWith(text[Connection.BenchPrefix.Length..], StringComparison.Ordinal);
        }

        return ProbeSelector.Parse(text) switch
        {
            ProbeSelector.SerialNumber serial => probe =>
                probe.Selector is not ProbeSelector.Virtual && probe.Serial?.StartsWith(serial.Prefix, StringComparison.OrdinalIgnoreCase) == true,
            ProbeSelector.UsbId wanted => Fitting(wanted),
            _ => throw NoFilter(text),
        };
    }

    private static Func<ProbeListing, bool> Fitting(ProbeSelector.UsbId wanted)
    {
        var fitting = Connection.AttachedTo(wanted);
        return probe => fitting.Contains(probe.Selector);
    }

    private static UsageException NoFilter(string text) => new("NRST0122", $"--all cannot take all of '{text}'.")
    {
        LikelyCause = "With --all one --probe may say which: VID:PID, the beginning of a serial number, or virtual: with the beginning of a name or nothing.",
        Remedies =
        [
            new("Name the boards one by one.", "nrst flash FILE --probe SELECTOR --probe SELECTOR"),
            new("All boards of the bench.", "nrst flash FILE --all --probe virtual:"),
        ],
    };
}
