using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Diagnosis;

namespace Nrst.Cli;

/// <summary>
/// Keeps the probe of a command at hand until the command has ended, so that a board on which something went wrong is looked at where it is, and
/// ends it with what was found.
/// </summary>
internal sealed class Examination(IDebugProbe probe, ConnectOptions options, Output.ConnectingLines seen, bool silent) : IDisposable
{
    /// <summary>What is wrong with the board, the likeliest first. Without an error only what the job itself has met.</summary>
    public IReadOnlyList<Finding> After(NrstException? error) => After(probe, options, seen.Trail(error), silent);

    /// <param name="silent">Nothing more may be asked of the probe.</param>
    public static IReadOnlyList<Finding> After(IDebugProbe probe, ConnectOptions options, JobTrail trail, bool silent = false)
    {
        try
        {
            if (!silent && trail.Error is TargetException or FlashException or ProofException or RefusedException)
            {
                // A chip that was reached may hold half an image now, which is not to be started; one that a reset failed on was reset just now.
                var mayReset = trail.Error is TargetException error && (trail.Way is null || error.Code is "NRST3101" or "NRST3102") && options.Mode is not ConnectMode.HotPlug;
                return BoardRules.Conclude(Doctor.Examine(probe, options, trail, mayReset));
            }
        }
        catch (NrstException)
        {
            // Nothing more is to be seen; the error is the story.
        }

        return BoardRules.Conclude(new BoardObservations { Job = trail, Probe = probe.Identity, Named = options.Chip });
    }

    public void Dispose() => probe.Dispose();

    public static void Show(Screen screen, IReadOnlyList<Finding> findings, NrstException? error)
    {
        foreach (var finding in findings.Where(finding => finding.Code != error?.Code))
        {
            screen.Talk($"{screen.Bold("finding")} {finding.Code}");
            screen.Paragraph("what", finding.Fact);
            screen.Paragraph("why", finding.Cause ?? "");
            finding.Evidence.ToList().ForEach(line => screen.Paragraph("seen", line));
            finding.Against.ToList().ForEach(line => screen.Paragraph("but", line));
            ErrorReport.ShowRemedies(screen, finding.Remedies);
            screen.Paragraph("more", $"nrst explain {finding.Code}");
        }
    }

    public static JsonArray ToJson(IReadOnlyList<Finding> findings) => new([.. findings.Select(ToJson)]);

    public static JsonObject ToJson(Finding finding) => new()
    {
        ["code"] = finding.Code,
        ["fact"] = finding.Fact,
        ["cause"] = finding.Cause,
        ["evidence"] = new JsonArray([.. finding.Evidence.Select(line => (JsonNode)line)]),
        ["against"] = new JsonArray([.. finding.Against.Select(line => (JsonNode)line)]),
        ["remedies"] = ErrorReport.ToJson(finding.Remedies),
    };
}
