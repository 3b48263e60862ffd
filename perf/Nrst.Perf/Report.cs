using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Nrst.Perf;

/// <summary>The figures as people read them, and as programs do.</summary>
internal sealed class Report(IReadOnlyList<Measurement> results)
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public string Json() => JsonSerializer.Serialize(results, s_json);

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("""
            # How fast

            Seconds on the virtual clock, printed by `perf/run`: the same boards, the same images, unmodified OpenOCD 0.12 and st-flash 1.7 over `perf/peers`,
            their sleeps included. The flash holds other bytes everywhere before, and is compared byte for byte afterwards, also where the image is not.
            *An older image* is one of the same size, in a flash that is blank elsewhere.
            The model of the probe is fitted on logs of real ones; figures are good for ratios, and not for absolute seconds better than a tenth.

            *bound*: erase page by page, programming unit by unit, and hash of the silicon, one after the other, the transfer hidden behind them; no programmer can beat it that
            goes so. Whole rows, which nrst programs on the G071 and after a mass erase on the L476, have bounds of their own: 1.142 s for the G071 page by page, 0.460 s and 2.005 s
            after a mass erase; that is how nrst can be below 1 there.
            *best*: with the flags a reader of the manual would find, the highest SWD clock above all, or without them where that is quicker.
            """);
        foreach (var probe in results.Select(one => one.Setting.Probe).Distinct())
        {
            Same(text, probe);
            Smart(text, probe);
        }

        Sensitivity(text);
        Goals(text);
        Failures(text);
        return text.ToString();
    }

    private void Same(StringBuilder text, ProbeSetting probe)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"\n## The same work: erase, program, verify over old contents, {probe.Name}\n");
        text.AppendLine("| case | bytes | bound | nrst | bound/nrst | OpenOCD | best | ratio | st-flash | best | ratio | exchanges | per KiB | asleep | USB | SWD |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var what in Cases())
        {
            var setting = Setting.Usual(probe);
            if (Find(what, setting, Campaign.Nrst, Campaign.Over) is not { } ours)
            {
                continue;
            }

            var again = Find(what, setting, Campaign.Nrst, Campaign.Again);
            double? openOcd = Seconds(what, setting, Campaign.OpenOcdBest), stFlash = Seconds(what, setting, Campaign.StFlashBest);
            text.AppendLine(
                $"| {what.Name} | {what.Bytes.ToString("N0", CultureInfo.InvariantCulture)} | {F(what.Bound(setting))} | **{F(ours.Seconds)}** | {F(what.Bound(setting) / ours.Seconds)} "
                + $"| {F(Seconds(what, setting, Campaign.OpenOcd))} | {F(openOcd)} | {F(openOcd / ours.Seconds, "0.00")} "
                + $"| {F(Seconds(what, setting, Campaign.StFlash))} | {F(stFlash)} | {F(stFlash / ours.Seconds, "0.00")} "
                + $"| {ours.Exchanges} | {F((ours.Exchanges - again?.Exchanges) * 1024.0 / what.Bytes, "0.00")} | {F(ours.Host)} | {F(ours.Usb)} | {F(ours.Swd)} |");
        }
    }

    private void Smart(StringBuilder text, ProbeSetting probe)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"\n## When there is less to do, {probe.Name}\n");
        text.AppendLine(
            "| case | over an older image | OpenOCD, best | ratio | st-flash, best | ratio | the same again | exchanges | one byte changed | bound of its sector | blank chip | its bound | blank/bound |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var what in Cases())
        {
            var setting = Setting.Usual(probe);
            var (again, one, blank) = (
                Find(what, setting, Campaign.Nrst, Campaign.Again), Find(what, setting, Campaign.Nrst, Campaign.OneChanged),
                Find(what, setting, Campaign.Nrst, Campaign.Blank));
            double? newer = Seconds(what, setting, Campaign.Nrst, Campaign.Newer), openOcd = Seconds(what, setting, Campaign.OpenOcdBest, Campaign.Newer),
                stFlash = Seconds(what, setting, Campaign.StFlashBest, Campaign.Newer);
            text.AppendLine(
                $"| {what.Name} | {F(newer)} | {F(openOcd)} | {F(openOcd / newer, "0.00")} | {F(stFlash)} | {F(stFlash / newer, "0.00")} "
                + $"| {F(again?.Seconds)} | {again?.Exchanges} | {F(one?.Seconds)} | {F(what.SectorBound(setting, what.Bytes / 2))} "
                + $"| {F(blank?.Seconds)} | {F(what.BlankBound(setting))} | {F(blank?.Seconds / what.BlankBound(setting), "0.00")} |");
        }
    }

    private void Sensitivity(StringBuilder text)
    {
        var others = results.Where(one => one.Tool == Campaign.Nrst && one.Job == Campaign.Over && one.Setting != Setting.Usual(one.Setting.Probe)).ToList();
        if (others.Count == 0)
        {
            return;
        }

        text.AppendLine("\n## Other hosts, and flash as slow as its data sheet allows\n");
        text.AppendLine("| case | probe | exchange | flash | bound | nrst | bound/nrst | OpenOCD, best | ratio | st-flash, best | ratio |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var ours in others)
        {
            var what = FlashCase.All.Single(one => one.Name == ours.Case);
            double? openOcd = Seconds(what, ours.Setting, Campaign.OpenOcdBest), stFlash = Seconds(what, ours.Setting, Campaign.StFlashBest);
            text.AppendLine(
                $"| {what.Name} | {ours.Setting.Probe.Name} | {F(ours.Setting.Exchange * 1e3, "0.00")} ms | {(ours.Setting.MaxTimes ? "slowest" : "typical")} "
                + $"| {F(what.Bound(ours.Setting))} | {F(ours.Seconds)} | {F(what.Bound(ours.Setting) / ours.Seconds)} "
                + $"| {F(openOcd)} | {F(openOcd / ours.Seconds, "0.00")} | {F(stFlash)} | {F(stFlash / ours.Seconds, "0.00")} |");
        }
    }

    private void Goals(StringBuilder text)
    {
        text.AppendLine("\n## Against the goals\n\n| goal | figure | met |\n|---|---|---|");
        var missed = new List<string>();
        foreach (var (goal, figure, met) in new Goals(this).All())
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {goal} | {figure} | {(met ? "yes" : "**no**")} |");
            missed.AddRange(met ? [] : Nrst.Perf.Goals.Reasons.Where(one => goal.StartsWith(one.Goal, StringComparison.Ordinal)).Select(one => one.Reason));
        }

        if (missed.Count > 0)
        {
            text.AppendLine("\nWhy some are not met:\n");
            missed.Distinct().ToList().ForEach(reason => text.AppendLine(CultureInfo.InvariantCulture, $"* {reason}"));
        }
    }

    private void Failures(StringBuilder text)
    {
        foreach (var notes in results.Where(one => one.Note is not null && one.Failure is null).GroupBy(one => (one.Case, one.Tool, one.Note)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{notes.Key.Case}, {notes.Key.Tool}: {notes.Key.Note}");
        }

        var failed = results.Where(one => one.Failure is not null).ToList();
        if (failed.Count > 0)
        {
            text.AppendLine("\n## What failed\n");
            failed.ForEach(one => text.AppendLine(
                CultureInfo.InvariantCulture,
                $"* {one.Case}, {one.Setting.Probe.Name}, {one.Setting.Exchange * 1e3:0.00} ms{(one.Setting.MaxTimes ? ", slowest flash" : "")}, {one.Tool}, {one.Job}: {one.Failure!.ReplaceLineEndings(" ")}"));
        }
    }

    public IEnumerable<FlashCase> Cases() => FlashCase.All.Where(what => results.Any(one => one.Case == what.Name));

    public IReadOnlyList<Measurement> Results => results;

    public Measurement? Find(FlashCase what, Setting setting, string tool, string job) => results.FirstOrDefault(
        one => one.Case == what.Name && one.Setting == setting && one.Tool == tool && one.Job == job && one.Failure is null);

    /// <summary>Flags that make it slower are not its best.</summary>
    public double? Seconds(FlashCase what, Setting setting, string tool, string job = Campaign.Over)
    {
        var seconds = Find(what, setting, tool, job)?.Seconds;
        var usual = tool switch
        {
            Campaign.OpenOcdBest => Find(what, setting, Campaign.OpenOcd, job)?.Seconds,
            Campaign.StFlashBest => Find(what, setting, Campaign.StFlash, job)?.Seconds,
            _ => null,
        };
        return usual < seconds || seconds is null ? usual ?? seconds : seconds;
    }

    private static string F(double? figure, string format = "0.000") => figure?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
