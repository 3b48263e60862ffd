using System.Text.Json.Nodes;

namespace Nrst.Cli.Output;

/// <summary>The ways to the target that were tried, and what was repaired: as lines where one was not enough, and in the document always.</summary>
/// <param name="brief">Several boards tell at once: what was tried is in the document, and in the error where nothing worked.</param>
internal sealed class ConnectingLines(Screen screen, ProgressLines progress, bool verbose, bool brief = false)
{
    private readonly List<JobEvent.RungTried> _rungs = [];
    private readonly List<JobEvent.Repaired> _repairs = [];
    private int _shown;

    /// <summary>Null until there is one.</summary>
    public Target? Target { get; set; }

    public void Listen(JobEvent happened)
    {
        switch (happened)
        {
            case JobEvent.RungTried rung:
                _rungs.Add(rung);
                if (verbose || (_rungs.Count > 1 && !brief))
                {
                    Show();
                }

                break;
            case JobEvent.Repaired repair:
                _repairs.Add(repair);
                progress.Listen(repair);
                break;
            default:
                progress.Listen(happened);
                break;
        }
    }

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
        _rungs.Count == 0 ? null : new JsonObject { ["connect"] = Connect(), ["repairs"] = Repairs(Target?.Repairs ?? _repairs) };

    private void Show()
    {
        for (; _shown < _rungs.Count; _shown++)
        {
            var rung = _rungs[_shown];
            screen.Paragraph("connect", $"{rung.Name}, {rung.Outcome} after {Screen.Seconds(rung.Took)}: {rung.Observed}");
        }
    }

    private JsonObject Connect() => new()
    {
        ["rungs"] = new JsonArray([.. _rungs.Select(rung => new JsonObject
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
