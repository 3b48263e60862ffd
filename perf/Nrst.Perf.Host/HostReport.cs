using System.Globalization;
using System.Text;

namespace Nrst.Perf.Host;

/// <summary>The figures and the goals, as perf/RESULTS-host.md holds them.</summary>
internal static class HostReport
{
    private const double MostTimesHello = 2, MostForAFlash = 45, MostForDebugInformation = 5;

    public static string Text(IReadOnlyList<HostRow> rows, int runs)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # What it costs the host

            Whole processes, printed by `perf/host` on a machine with {Environment.ProcessorCount} processors: medians of {runs} runs, from start to exit, as the kernel accounts
            for them (`wait4`). *CPU* is user and system time together. Where other work runs on the machine, wall time counts it too and CPU hardly does, so
            compare CPU. *Memory* is the most that was resident, the shared pages of the runtime included. nrst and the hello world are published alike:
            `dotnet publish -c Release --use-current-runtime --self-contained`: the runtime in the box, cut down and compiled ahead (`Published.props`); what is
            published for the .NET that is installed is said to be so. The image has 65,536 bytes.

            | command | wall, ms | CPU, ms | memory, MiB |
            |---|---|---|---|
            """);
        foreach (var row in rows)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {row.What} | {Figure(row.WallMs)} | {Figure(row.CpuMs)} | {Figure(row.Mebibytes)} |");
        }

        text.AppendLine("\n## Against the goals\n\n| goal | figure | met |\n|---|---|---|");
        foreach (var (goal, figure, unit, most) in Goals(rows))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {goal} ≤ {most:0.#}{unit} | {figure:0.00}{unit} | {(figure <= most ? "yes" : "**no**")} |");
        }

        foreach (var row in rows.Where(row => row.Failure is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{row.What}: {row.Failure}");
        }

        return text.ToString().TrimEnd();
    }

    private static IEnumerable<(string Goal, double Figure, string Unit, double Most)> Goals(IReadOnlyList<HostRow> rows)
    {
        var (hello, version) = (Find(HostCampaign.Hello), Find(HostCampaign.Version));
        yield return ("`--version`, CPU, times that of hello world", version.CpuMs / hello.CpuMs, "", MostTimesHello);
        yield return ("`--version`, wall, times that of hello world", version.WallMs / hello.WallMs, "", MostTimesHello);
        yield return ("memory of a flash, probe on USB", Find(HostCampaign.Over).Mebibytes, " MiB", MostForAFlash);
        yield return ("memory of a flash, probe behind an `stlink-server`", Find(HostCampaign.OverServer).Mebibytes, " MiB", MostForAFlash);
        yield return ("memory that 30 MB of debug information add", Find(HostCampaign.AgainBig).Mebibytes - Find(HostCampaign.Again).Mebibytes, " MiB",
            MostForDebugInformation);

        HostRow Find(string what) => rows.Single(row => row.What == what);
    }

    private static string Figure(double value) => double.IsNaN(value) ? "–" : value.ToString("0.0", CultureInfo.InvariantCulture);
}
