using System.Globalization;

namespace Nrst.Cli.Output;

/// <summary>Draws the events of a job: one bar that moves on a terminal, one line per finished phase elsewhere.</summary>
/// <param name="elsewhere">Draws how far the job is in another way; null for here.</param>
internal sealed class ProgressLines(Screen screen, JobListener? elsewhere = null)
{
    private bool _drawn;

    public void Listen(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.PhaseStarted or JobEvent.Advanced or JobEvent.PhaseFinished when elsewhere is not null:
                elsewhere(happened);
                break;
            case JobEvent.Advanced { Total: > 0 } step when screen.Live:
                Bar(step.Phase, step.Done, step.Total);
                break;
            case JobEvent.PhaseFinished done:
                Clear();
                screen.Talk(Line(done));
                break;
            case JobEvent.Repaired repair:
                Clear();
                screen.Paragraph("repair", repair.Text);
                break;
            case JobEvent.Noticed notice:
                Clear();
                screen.Paragraph("note", notice.Text);
                break;
        }
    }

    /// <summary>Takes the bar away, so that an error starts on a line of its own.</summary>
    public void Clear()
    {
        if (_drawn)
        {
            screen.Draw("\r\e[K");
            _drawn = false;
        }
    }

    internal static string Line(JobEvent.PhaseFinished done)
    {
        var line = $"{Name(done.Phase),-10}{Screen.Seconds(done.Took),9}";
        if (done.Bytes <= 0)
        {
            return line;
        }

        line += $"  {Screen.Count(done.Bytes),11} bytes";
        var rate = done.Took > TimeSpan.Zero && done.Phase is not Phase.Erase
            ? string.Create(CultureInfo.InvariantCulture, $"  {done.Bytes / 1000.0 / done.Took.TotalSeconds,7:0} kB/s")
            : "";
        return line + rate;
    }

    private void Bar(Phase phase, long done, long total)
    {
        var share = Math.Clamp((double)done / total, 0, 1);
        var cells = Math.Clamp(screen.Width - 44, 8, 40);
        var full = (int)(share * cells);
        var bar = new string('#', full) + new string('.', cells - full);
        screen.Draw($"\r\e[K{Name(phase),-10}[{bar}] {share * 100,3:0} %  {Screen.Count(done)} of {Screen.Count(total)}");
        _drawn = true;
    }

    internal static string Name(Phase phase) => phase.ToString().ToLowerInvariant();
}
