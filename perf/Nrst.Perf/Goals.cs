using System.Globalization;

namespace Nrst.Perf;

/// <summary>What nrst wants to reach, and whether it does.</summary>
internal sealed class Goals(Report report)
{
    public IEnumerable<(string Goal, string Figure, bool Met)> All()
    {
        foreach (var probe in (ProbeSetting[])[ProbeSetting.V2, ProbeSetting.V3])
        {
            var usual = Setting.Usual(probe);
            yield return Least($"bound/nrst at {Ms(usual)}, {probe.Name}, each ≥ 0.95", Efficiency(usual), _ => 0.95);
            yield return Least($"bound/nrst at 1.0 ms, {probe.Name}, each ≥ 0.90 (H563 on V2: 0.85)", Efficiency(usual with { Exchange = 1e-3 }),
                what => what == "H563" && probe == ProbeSetting.V2 ? 0.85 : 0.90);
            foreach (var (tool, mean) in ((string, double)[])[(Campaign.OpenOcdBest, 1.35), (Campaign.StFlashBest, probe == ProbeSetting.V2 ? 2.2 : 1.7)])
            {
                var ratios = Ratios(usual, tool).ToList();
                if (ratios.Count > 0)
                {
                    yield return Least($"{tool}, {probe.Name}: never faster", AllRatios(probe, tool), _ => 1);
                    var geometric = Math.Exp(ratios.Average(one => Math.Log(one.Value)));
                    yield return ($"{tool}, {probe.Name}: geometric mean ≥ {F(mean)}", F(geometric), geometric >= mean);
                }
            }

            var smart = Ratios(usual, Campaign.OpenOcdBest, Campaign.Newer).ToList();
            if (smart.Count > 0)
            {
                var geometric = Math.Exp(smart.Average(one => Math.Log(one.Value)));
                yield return ($"over an older image, {Campaign.OpenOcdBest}, {probe.Name}: geometric mean ≥ 1.900", F(geometric), geometric >= 1.9);
            }

            foreach (var (name, ratio) in ((string, double)[])[("F407", 1.8), ("L073", 1.5), ("L476", 1.2)])
            {
                if (Ratios(usual, Campaign.OpenOcdBest).FirstOrDefault(one => one.Case == name) is { Case: not null } one)
                {
                    yield return ($"{name} against OpenOCD, best, {probe.Name}: ≥ {F(ratio)}", F(one.Value), one.Value >= ratio);
                }
            }

            yield return Most($"the same image again, {probe.Name}, each ≤ 60 ms", Jobs(usual, Campaign.Again), _ => 0.060);
            yield return Most($"one byte changed, beyond the bound of its sector, {probe.Name}, each ≤ 60 ms",
                Jobs(usual, Campaign.OneChanged).Select(one => (one.Case, one.Value - Case(one.Case).SectorBound(usual, Case(one.Case).Bytes / 2))), _ => 0.060);
            yield return Most($"blank chip / its bound, {probe.Name}, each ≤ 1.10",
                Jobs(usual, Campaign.Blank).Select(one => (one.Case, one.Value / Case(one.Case).BlankBound(usual))), _ => 1.10);
            yield return Most($"exchanges for set-up and end, {probe.Name}, each ≤ 60", Exchanges(usual), _ => 60);
            yield return Most($"exchanges per KiB beyond these, {probe.Name}, each ≤ 0.6", Steady(usual), _ => 0.6);
        }
    }

    /// <summary>Why a goal is out of reach, by how its name begins.</summary>
    public static IReadOnlyList<(string Goal, string Reason)> Reasons { get; } =
    [
        ("blank chip", "*Blank chip*: a tenth of the bound is 20 to 30 ms here, and 9 ms of watching the firmware after it was let go belong to every job; so do about 6 ms of attaching, "
            + "identifying and resetting, 5 ms in which the loader crosses a V2, and 3 ms of looking whether the chip is blank. On top the F407 loses 0.27 µs a word, 16 cycles of its core at 60 MHz, "
            + "and the H743 2 µs a flash word; over a V2 an H743 also waits at the end for the last 4 KiB, which come no faster than they are programmed."),
    ];

    private IEnumerable<(string Case, double Value)> Efficiency(Setting setting) =>
        from what in report.Cases()
        let seconds = report.Seconds(what, setting, Campaign.Nrst)
        where seconds is not null
        select (what.Name, what.Bound(setting) / seconds.Value);

    private IEnumerable<(string Case, double Value)> Ratios(Setting setting, string tool, string job = Campaign.Over) =>
        from what in report.Cases()
        let ours = report.Seconds(what, setting, Campaign.Nrst, job)
        let theirs = report.Seconds(what, setting, tool, job)
        where ours is not null && theirs is not null
        select (what.Name, theirs.Value / ours.Value);

    private IEnumerable<(string Case, double Value)> AllRatios(ProbeSetting probe, string tool) =>
        report.Results.Select(one => one.Setting).Where(setting => setting.Probe == probe).Distinct().SelectMany(setting => Ratios(setting, tool));

    private IEnumerable<(string Case, double Value)> Jobs(Setting setting, string job) =>
        from what in report.Cases()
        let found = report.Find(what, setting, Campaign.Nrst, job)
        where found is not null
        select (what.Name, found.Seconds);

    private IEnumerable<(string Case, double Value)> Exchanges(Setting setting) =>
        from what in report.Cases()
        let found = report.Find(what, setting, Campaign.Nrst, Campaign.Again)
        where found is not null
        select (what.Name, (double)found.Exchanges);

    private IEnumerable<(string Case, double Value)> Steady(Setting setting) =>
        from what in report.Cases()
        let full = report.Find(what, setting, Campaign.Nrst, Campaign.Over)
        let again = report.Find(what, setting, Campaign.Nrst, Campaign.Again)
        where full is not null && again is not null
        select (what.Name, (full.Exchanges - again.Exchanges) * 1024.0 / what.Bytes);

    private static (string Goal, string Figure, bool Met) Least(string goal, IEnumerable<(string Case, double Value)> figures, Func<string, double> least)
    {
        var all = figures.ToList();
        return (goal, all.Count == 0 ? "not measured" : $"{F(all.Min(one => one.Value))} ({all.MinBy(one => one.Value).Case})", all.Count > 0 && all.All(one => one.Value >= least(one.Case)));
    }

    private static (string Goal, string Figure, bool Met) Most(string goal, IEnumerable<(string Case, double Value)> figures, Func<string, double> most)
    {
        var all = figures.ToList();
        return (goal, all.Count == 0 ? "not measured" : $"{F(all.Max(one => one.Value))} ({all.MaxBy(one => one.Value).Case})", all.Count > 0 && all.All(one => one.Value <= most(one.Case)));
    }

    private static FlashCase Case(string name) => FlashCase.All.Single(one => one.Name == name);

    private static string F(double figure) => figure.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Ms(Setting setting) => FormattableString.Invariant($"{setting.Exchange * 1e3:0.00} ms");
}
