using System.Globalization;
using System.Text;

namespace Nrst.Perf;

/// <summary>What happens to one board's time when there are more of them.</summary>
internal sealed class GangReport(Action<string> tell)
{
    private static readonly int[] s_counts = [1, 2, 4, 8, 16, 32];
    private static readonly string[] s_cases = ["F407", "G071"];

    private readonly List<GangRun> _runs = [];

    public bool Failed => _runs.Exists(one => one.Failure is not null);

    /// <param name="name">One case; null for the usual ones.</param>
    public void Measure(string? name)
    {
        foreach (var what in FlashCase.All.Where(one => name is null ? s_cases.Contains(one.Name) : one.Name == name))
        {
            foreach (var (bus, job) in Bus.All.SelectMany(bus => (IEnumerable<(Bus, string)>)[(bus, Gang.Over), (bus, Gang.Blank)]))
            {
                foreach (var boards in s_counts)
                {
                    var run = Gang.Run(what, job, bus, boards);
                    _runs.Add(run);
                    tell(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{what.Name} {bus.Probe.Name}, {bus.Name}, {job}, {boards}: {run.Seconds.Max():0.000} s, {run.Cpu:0.0} s of this computer{(run.Failure is { } why ? " FAILED " + why : "")}"));
                }
            }
        }
    }

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("""
            # How fast many boards are

            Printed by `perf/run --boards`: `nrst` with 1 to 32 virtual boards at once, each with a thread and an ST-LINK of its own. Seconds are virtual, and of
            the board that takes longest; *times* is what that is of one board alone. The boards begin at the same moment with the same job, which
            is as much in each other's way as they can be.

            *bus*: what the boards at one hub say together, at the 1.0 MB/s of its translator or the 35 MB/s of a high-speed bus. Nobody can be through sooner.
            *of the bound*: seconds over the larger of *bus* and one board alone. *computer*: seconds that this computer worked for each board.
            """);
        foreach (var group in _runs.GroupBy(run => (run.Case, run.Bus)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n## {group.Key.Case.Name}, {group.Key.Case.Bytes:N0} bytes, {group.Key.Bus.Probe.Name}, {group.Key.Bus.Name}\n");
            text.AppendLine("| boards | over old contents | times | bus | of the bound | blank chip | times | of the bound | computer |");
            text.AppendLine("|---|---|---|---|---|---|---|---|---|");
            foreach (var row in group.GroupBy(run => run.Boards))
            {
                var (over, blank) = (row.First(run => run.Job == Gang.Over), row.First(run => run.Job == Gang.Blank));
                text.AppendLine(
                    CultureInfo.InvariantCulture,
                    $"| {row.Key} | {over.Seconds.Max():0.000} | {Times(over):0.00} | {over.Bound:0.000} | {OfTheBound(over):0.00} "
                    + $"| {blank.Seconds.Max():0.000} | {Times(blank):0.00} | {OfTheBound(blank):0.00} | {(over.Cpu + blank.Cpu) / 2 / row.Key:0.00} |");
            }
        }

        text.AppendLine("\n## Against the goals\n\n| goal | figure | met |\n|---|---|---|");
        foreach (var (goal, figure, limit) in Goals())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {goal} | {figure:0.000} | {(figure <= limit ? "yes" : "**no**")} |");
        }

        foreach (var run in _runs.Where(one => one.Failure is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{run.Case.Name}, {run.Bus.Name}, {run.Job}, {run.Boards} boards failed: {run.Failure!.ReplaceLineEndings(" ")}");
        }

        return text.ToString();
    }

    /// <summary>Only where the flash is what takes the time can boards be expected not to feel each other at a translator.</summary>
    private IEnumerable<(string Goal, double Figure, double Limit)> Goals()
    {
        foreach (var run in _runs.Where(run => run.Boards == s_counts[^1]))
        {
            var name = $"{run.Case.Name}, {run.Job}, {run.Bus.Probe.Name}, {run.Bus.Name}, {run.Boards} boards";
            if (run.Bus.Probe == ProbeSetting.V3)
            {
                yield return ($"{name}: times ≤ 1.03", Times(run), 1.03);
            }
            else if (run is { Bus.Hubs: > 1, Case.Name: "F407", Job: Gang.Over })
            {
                yield return ($"{name}: times ≤ 1.05", Times(run), 1.05);
            }
            else
            {
                yield return ($"{name}: of the bound ≤ 1.05", OfTheBound(run), 1.05);
            }
        }
    }

    private double Times(GangRun run) => run.Seconds.Max() / Alone(run);

    private double OfTheBound(GangRun run) => run.Seconds.Max() / Math.Max(run.Bound, Alone(run));

    private double Alone(GangRun run) => _runs.First(one => (one.Case, one.Bus, one.Job, one.Boards) == (run.Case, run.Bus, run.Job, 1)).Seconds[0];
}
