using System.Diagnostics;
using System.Globalization;

namespace Nrst.Perf.Host;

/// <summary>One run of a program, as the system accounts for it: wall time, user and system time, and the most it had in memory.</summary>
internal sealed record ProcessRun(double WallMs, double CpuMs, double Mebibytes, int ExitCode)
{
    /// <summary>A line of perf/measure.c.</summary>
    public static ProcessRun Parse(string line)
    {
        var figures = line.Split(' ').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new ProcessRun(figures[0] / 1e3, (figures[1] + figures[2]) / 1e3, figures[3] / 1024.0, (int)figures[4]);
    }
}

/// <summary>The median of each figure over the runs that ended well.</summary>
/// <param name="Failure">Why there is no figure, or which runs it leaves out; null where all is well.</param>
internal sealed record HostRow(string What, double WallMs, double CpuMs, double Mebibytes, string? Failure = null)
{
    public static HostRow Of(string what, IReadOnlyList<ProcessRun> runs)
    {
        var good = runs.Where(run => run.ExitCode == 0).ToList();
        var failed = runs.Where(run => run.ExitCode != 0).ToList();
        var failure = failed.Count == 0 ? null : $"{failed.Count} of {runs.Count} runs ended with exit code {failed[0].ExitCode}";
        return good.Count == 0
            ? new HostRow(what, double.NaN, double.NaN, double.NaN, failure)
            : new HostRow(what, Median(good, run => run.WallMs), Median(good, run => run.CpuMs), Median(good, run => run.Mebibytes), failure);
    }

    private static double Median(List<ProcessRun> runs, Func<ProcessRun, double> figure)
    {
        var sorted = runs.Select(figure).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <summary>perf/measure.c, which is small enough not to show in what it measures.</summary>
internal sealed class Measurer(string program, IReadOnlyDictionary<string, string> environment)
{
    public IReadOnlyList<ProcessRun> Run(int runs, params IReadOnlyList<string> command)
    {
        var start = new ProcessStartInfo(program, [runs.ToString(CultureInfo.InvariantCulture), .. command]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        return process.ExitCode == 0 && lines.Length == runs
            ? [.. lines.Select(ProcessRun.Parse)]
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode} after {lines.Length} of {runs} runs.");
    }
}
