using System.Text.Json.Nodes;

namespace Nrst.Cli.Output;

/// <summary>A failure as the command line, JSON and the shell each want it.</summary>
internal static class ErrorReport
{
    /// <summary>0 is done and proved; these are the others.</summary>
    public static int ExitCode(Exception error) => error switch
    {
        UsageException => 2,
        ImageException => 3,
        ProbeException { TimedOut: true } => 9,
        ProbeException => 4,
        TargetException => 5,
        RefusedException => 6,
        FlashException => 7,
        ProofException => 8,
        StoppedException or OperationCanceledException => 9,
        _ => 1,
    };

    /// <summary>Gives what was thrown the shape of an error with a name, whatever it was.</summary>
    public static NrstException Named(Exception error) => error switch
    {
        NrstException named => named,
        OperationCanceledException => new StoppedException("NRST9001", "The command was stopped before it was done.", error)
        {
            LikelyCause = "Ctrl-C was pressed or the process was asked to end.",
            Remedies = [new("Run the command again; it starts from what the chip holds now.")],
        },
        IOException => new InternalException("NRST0002", $"The result could not be written: {error.Message}", error)
        {
            LikelyCause = "stdout goes to a disk that is full or a device that takes nothing.",
            Remedies = [new("Send the output elsewhere and run the command again.")],
        },
        _ => new InternalException("NRST0001", $"A mistake in nrst itself: {error.GetType().Name}: {error.Message}", error)
        {
            LikelyCause = "This is a fault in nrst, not in the board.",
            Evidence = [.. (error.StackTrace ?? "").Split('\n').Take(4).Select(line => line.Trim()).Where(line => line.Length > 0)],
            Remedies = [new("Report it with these lines and the command that was run.")],
        },
    };

    public static void Show(Screen screen, NrstException error)
    {
        screen.Talk($"{screen.Red("error")} {error.Code}");
        screen.Paragraph("what", error.Message);
        if (error.LikelyCause is { } cause)
        {
            screen.Paragraph("why", cause);
        }

        foreach (var evidence in error.Evidence)
        {
            screen.Paragraph("seen", evidence);
        }

        ShowRemedies(screen, error.Remedies);
        screen.Paragraph("more", $"nrst explain {error.Code}");
    }

    public static void ShowRemedies(Screen screen, IReadOnlyList<Remedy> remedies)
    {
        foreach (var remedy in remedies)
        {
            screen.Paragraph("do", remedy.Advice);
            if (remedy.Command is { } command)
            {
                screen.Talk($"            {command}");
            }
        }
    }

    public static JsonObject ToJson(NrstException error) => new()
    {
        ["code"] = error.Code,
        ["fact"] = error.Message,
        ["cause"] = error.LikelyCause,
        ["evidence"] = new JsonArray([.. error.Evidence.Select(line => (JsonNode)line)]),
        ["remedies"] = ToJson(error.Remedies),
    };

    /// <summary>What is told beside the error of a command that failed: what was seen on the way, and every byte that differs.</summary>
    /// <param name="seen">Null where nothing was seen.</param>
    public static JsonObject? Result(NrstException error, JsonObject? seen)
    {
        if (error is ProofException { Mismatch: { } mismatch })
        {
            seen ??= [];
            seen["mismatch"] = ToJson(mismatch);
        }

        return seen;
    }

    private static JsonObject ToJson(Mismatch mismatch) => new()
    {
        ["kind"] = $"{char.ToLowerInvariant(mismatch.Kind.ToString()[0])}{mismatch.Kind.ToString()[1..]}",
        ["ranges"] = new JsonArray([.. mismatch.Ranges.Select(range => new JsonObject { ["address"] = $"0x{range.Start.Value:X8}", ["length"] = range.Length })]),
        ["bytesDifferent"] = mismatch.BytesDifferent,
        ["bytesCompared"] = mismatch.BytesCompared,
        ["rereadsDiffer"] = mismatch.RereadsDiffer,
    };

    public static JsonArray ToJson(IReadOnlyList<Remedy> remedies) =>
        new([.. remedies.Select(remedy => new JsonObject { ["advice"] = remedy.Advice, ["command"] = remedy.Command })]);

    /// <summary>Neither the command, the file, the probe nor the chip: nrst itself or the machine it runs on.</summary>
    private sealed class InternalException(string code, string fact, Exception inner) : NrstException(code, fact, inner);
}
