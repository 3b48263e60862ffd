using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nrst.Usb.Capture;

/// <summary>An error as the comment of the transfer it belongs to, for the reader of a capture and for its replay.</summary>
internal static class RecordedError
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Exception error)
    {
        var named = error as NrstException;
        var probe = error as ProbeException;
        return new JsonObject
        {
            ["code"] = named?.Code,
            ["fact"] = error.Message,
            ["cause"] = named?.LikelyCause,
            ["evidence"] = new JsonArray([.. (named?.Evidence ?? []).Select(line => (JsonNode)line)]),
            ["remedies"] = new JsonArray([.. (named?.Remedies ?? []).Select(remedy =>
                new JsonObject { ["advice"] = remedy.Advice, ["command"] = remedy.Command })]),
            ["lostSync"] = probe?.LostSync ?? false,
            ["timedOut"] = probe?.TimedOut ?? false,
            ["failure"] = (probe?.Failure ?? TransferFailure.Unknown).ToString(),
        }.ToJsonString(Readable);
    }

    /// <summary>Null where the comment is somebody else's.</summary>
    public static ProbeException? Read(string? comment)
    {
        if (comment is null || !comment.StartsWith('{'))
        {
            return null;
        }

        try
        {
            return JsonNode.Parse(comment) is JsonObject error && error["code"] is { } code && error["fact"] is { } fact
                ? new ProbeException((string)code!, (string)fact!)
                {
                    LikelyCause = (string?)error["cause"],
                    Evidence = [.. Lines(error["evidence"]).Select(line => (string)line!)],
                    Remedies = [.. Lines(error["remedies"]).Select(remedy => new Remedy((string)remedy!["advice"]!, (string?)remedy["command"]))],
                    LostSync = (bool?)error["lostSync"] ?? true,
                    TimedOut = (bool?)error["timedOut"] ?? false,
                    Failure = Enum.TryParse<TransferFailure>((string?)error["failure"], out var failure) ? failure : TransferFailure.Unknown,
                }
                : null;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or FormatException or ArgumentNullException or NullReferenceException)
        {
            return null;
        }

        static JsonArray Lines(JsonNode? node) => node as JsonArray ?? [];
    }
}
