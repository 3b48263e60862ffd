using System.Globalization;
using System.Text;

namespace Nrst.Perf.Loaders;

/// <summary>The figures of <see cref="LoaderCampaign"/> as people read them.</summary>
internal sealed class LoaderReport(IReadOnlyList<LoaderMeasurement> results)
{
    private const double LineGoal = 0.95, FlashGoal = 0.90;

    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine("""
            # How fast through the loaders in the ROMs

            Seconds on the virtual clock, printed by `perf/run --bootloaders`: the same boards and images, full of other contents before, compared with the image and
            seen to run it afterwards. dfu-util 0.11 and stm32flash 0.7 are the unmodified programs over `perf/peers`, their sleeps and polls included; everything here is
            virtual time, nothing the wall clock's. *flash* is how long the flash of the chip was busy for the job, as its loader drives it: byte by byte on F4 and F7, which
            do not know their supply.

            Where nrst takes longer than the others it is for two looks that they do not take: at each sector before it is erased, which may be right already, and at a byte of
            each after it, for loaders report erases that they did not do. *again* is the image that is there already, *blank* a chip with nothing in it.
            """);
        OverUsb(text);
        Supplied(text);
        OverSerial(text);
        Goals(text);
        foreach (var failed in results.Where(one => one.Failure is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"\n{failed.Case.Route} {failed.Case.Name}, {failed.Tool}, {failed.Job}, failed: {failed.Failure!.ReplaceLineEndings(" ")}");
        }

        return text.ToString();
    }

    private void OverUsb(StringBuilder text)
    {
        text.AppendLine("""

            ## USB DFU, the image over other contents, proved and started

            | case | bytes | flash erases | programs | nrst | compare | erase | program | verify | flash/program | dfu-util | with upload | ratio | again | blank |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var what in Cases(LoaderRoute.Usb))
        {
            if (Find(what, LoaderCampaign.Nrst, LoaderCampaign.Over) is not { Phases: { } phases } ours)
            {
                continue;
            }

            var proved = Find(what, LoaderCampaign.DfuUtil, LoaderCampaign.Over)?.Seconds;
            text.AppendLine(
                $"| {what.Name} | {what.Bytes.ToString("N0", CultureInfo.InvariantCulture)} | {F(ours.FlashErase)} | {F(ours.FlashProgram)} | **{F(ours.Seconds)}** | {F(phases.Compare)} "
                + $"| {F(phases.Erase)} | {F(phases.Program)} | {F(phases.Verify)} | {F(ours.FlashProgram / phases.Program)} "
                + $"| {F(Find(what, LoaderCampaign.DfuUtil, LoaderCampaign.Unproved)?.Seconds)} | {F(proved)} | {F(proved / ours.Seconds, "0.00")} | {Others(what)} |");
        }
    }

    private void Supplied(StringBuilder text)
    {
        text.AppendLine("""

            ## The same by a loader that was told its supply: `nrst flash --supply 3.3`

            From 2.7 V on these flashes take four bytes in the time of one, and erase a sector in less than two thirds of it. dfu-util can write that setting too, as a
            file of four bytes into an alternate setting of its own; it does not do so by itself.

            | case | flash erases | programs | nrst | erase | program | verify | flash/program | without | gain |
            |---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var what in Cases(LoaderRoute.Usb))
        {
            if (Find(what, LoaderCampaign.Nrst, LoaderCampaign.Supplied) is { Phases: { } phases } told)
            {
                var without = Find(what, LoaderCampaign.Nrst, LoaderCampaign.Over)?.Seconds;
                text.AppendLine(
                    $"| {what.Name} | {F(told.FlashErase)} | {F(told.FlashProgram)} | **{F(told.Seconds)}** | {F(phases.Erase)} | {F(phases.Program)} | {F(phases.Verify)} "
                    + $"| {F(told.FlashProgram / phases.Program)} | {F(without)} | {F(without / told.Seconds, "0.00")} |");
            }
        }
    }

    private void OverSerial(StringBuilder text)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"""

            ## A serial line at {LoaderCase.Baud} baud, the image over other contents, proved and started

            *line* is how long the frames of a write, or of a read, of the whole image are on the line, every answer included.

            | case | bytes | flash erases | programs | line | nrst | compare | erase | program | verify | (line + flash)/program | line/verify | stm32flash | ratio | again | blank |
            |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
            """);
        foreach (var what in Cases(LoaderRoute.Serial))
        {
            if (Find(what, LoaderCampaign.Nrst, LoaderCampaign.Over) is not { Phases: { } phases } ours)
            {
                continue;
            }

            var theirs = Find(what, LoaderCampaign.Stm32flash, LoaderCampaign.Over)?.Seconds;
            text.AppendLine(
                $"| {what.Name} | {what.Bytes.ToString("N0", CultureInfo.InvariantCulture)} | {F(ours.FlashErase)} | {F(ours.FlashProgram)} | {F(what.Line)} | **{F(ours.Seconds)}** "
                + $"| {F(phases.Compare)} | {F(phases.Erase)} | {F(phases.Program)} | {F(phases.Verify)} | {F((what.Line + ours.FlashProgram) / phases.Program)} "
                + $"| {F(what.Line / phases.Verify)} | {F(theirs)} | {F(theirs / ours.Seconds, "0.00")} | {Others(what)} |");
        }
    }

    private void Goals(StringBuilder text)
    {
        text.AppendLine("\n## Against the goals\n\n| goal | figure | met |\n|---|---|---|");
        Least("serial line: (line + flash)/program", LineGoal, LoaderRoute.Serial, (one, phases) => (one.Case.Line + one.FlashProgram) / phases.Program);
        Least("serial line: line/verify", LineGoal, LoaderRoute.Serial, (one, phases) => one.Case.Line / phases.Verify);
        Least("F407 over USB: flash/program", FlashGoal, LoaderRoute.Usb, (one, phases) => one.Case.Name == "F407" ? one.FlashProgram / phases.Program : double.MaxValue);
        Least("F407 over USB: flash/(erase + program)", FlashGoal, LoaderRoute.Usb,
            (one, phases) => one.Case.Name == "F407" ? (one.FlashErase + one.FlashProgram) / (phases.Erase + phases.Program) : double.MaxValue);
        Never(LoaderRoute.Usb, LoaderCampaign.DfuUtil, "dfu-util with upload: never faster");
        Never(LoaderRoute.Serial, LoaderCampaign.Stm32flash, "stm32flash: never faster");

        void Least(string goal, double least, LoaderRoute route, Func<LoaderMeasurement, Flash.FlashSeconds, double> figure) => Row(
            $"{goal} ≥ {F(least, "0.00")}", least,
            Cases(route).Select(what => Find(what, LoaderCampaign.Nrst, LoaderCampaign.Over)).OfType<LoaderMeasurement>().Select(one => (one.Case.Name, figure(one, one.Phases!))));

        void Never(LoaderRoute route, string tool, string goal) => Row(goal, 1,
            from what in Cases(route)
            let ours = Find(what, LoaderCampaign.Nrst, LoaderCampaign.Over)
            let theirs = Find(what, tool, LoaderCampaign.Over)
            where ours is not null && theirs is not null
            select (what.Name, theirs.Seconds / ours.Seconds));

        void Row(string goal, double least, IEnumerable<(string Name, double Value)> figures)
        {
            var all = figures.Where(one => one.Value < double.MaxValue).ToList();
            var worst = all.Count == 0 ? "not measured" : $"{F(all.Min(one => one.Value))} ({all.MinBy(one => one.Value).Name})";
            text.AppendLine(CultureInfo.InvariantCulture, $"| {goal} | {worst} | {(all.Count > 0 && all.All(one => one.Value >= least) ? "yes" : "**no**")} |");
        }
    }

    /// <summary>What nrst takes where there is less to do.</summary>
    private string Others(LoaderCase what) =>
        $"{F(Find(what, LoaderCampaign.Nrst, LoaderCampaign.Again)?.Seconds)} | {F(Find(what, LoaderCampaign.Nrst, LoaderCampaign.Blank)?.Seconds)}";

    private IEnumerable<LoaderCase> Cases(LoaderRoute route) => LoaderCase.All.Where(what => what.Route == route && results.Any(one => one.Case == what));

    private LoaderMeasurement? Find(LoaderCase what, string tool, string job) =>
        results.FirstOrDefault(one => one.Case == what && one.Tool == tool && one.Job == job && one.Failure is null);

    private static string F(double? figure, string format = "0.000") => figure?.ToString(format, CultureInfo.InvariantCulture) ?? "–";
}
