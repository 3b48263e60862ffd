using System.Text.Json.Nodes;
using Nrst.Diagnosis;

namespace Nrst.Cli.Output;

/// <summary>The ways to the target that were tried, and what was repaired: as lines where one was not enough, and in the document always.</summary>
/// <param name="brief">Several boards tell at once: what was tried is in the document, and in the error where nothing worked.</param>
internal sealed class ConnectingLines(Screen screen, ProgressLines progress, bool verbose, bool brief = false)
{
    private readonly TrailNotes _notes = new();
    private int _shown;

    /// <summary>Null until there is one.</summary>
    public Target? Target { get; set; }

    /// <summary>The board at hand; null until a probe was opened, and when the command has ended.</summary>
    public Examination? Examination { get; set; }

    public void Listen(JobEvent happened)
    {
        _notes.Listen(happened);
        switch (happened)
        {
            case JobEvent.RungTried:
                if (verbose || (_notes.Rungs.Count > 1 && !brief))
                {
                    Show();
                }

                break;
            case JobEvent.Repaired repair:
                progress.Listen(repair);
                break;
            default:
                progress.Listen(happened);
                break;
        }
    }

    public JobTrail Trail(NrstException? error) => _notes.Trail(error) with { Repairs = [.. Target?.Repairs ?? _notes.Repairs], Device = Target?.Chip.Device };

    public void AddTo(JsonObject result)
    {
        if (Target is not null)
        {
            result["connect"] = Connect();
            result["repairs"] = Repairs(Target.Repairs);
        }
    }

    /// <summary>The same where the command failed; null where it failed before anything was tried.</summary>
    public JsonObject? OfFailure() =>
        _notes.Rungs.Count == 0 ? null : new JsonObject { ["connect"] = Connect(), ["repairs"] = Repairs(Target?.Repairs ?? _notes.Repairs) };

    private void Show()
    {
        for (; _shown < _notes.Rungs.Count; _shown++)
        {
            var rung = _notes.Rungs[_shown];
            screen.Paragraph("connect", $"{rung.Name}, {rung.Outcome} after {Screen.Seconds(rung.Took)}: {rung.Observed}");
        }
    }

    private JsonObject Connect() => new()
    {
        ["rungs"] = new JsonArray([.. _notes.Rungs.Select(rung => new JsonObject
        {
            ["name"] = rung.Name,
            ["outcome"] = rung.Outcome,
            ["observed"] = rung.Observed,
            ["seconds"] = Math.Round(rung.Took.TotalSeconds, 6),
        })]),
    };

    private static JsonArray Repairs(IEnumerable<JobEvent.Repaired> repairs) =>
        new([.. repairs.Select(repair => new JsonObject { ["name"] = repair.Name, ["text"] = repair.Text })]);
}
