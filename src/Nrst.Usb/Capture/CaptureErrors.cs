using System.Globalization;

namespace Nrst.Usb.Capture;

/// <summary>The errors of capturing and replaying, worded once.</summary>
internal static class CaptureErrors
{
    private const int Shown = 32;

    public static ImageException CannotWrite(string path, Exception cause) =>
        new("NRST4101", $"The capture {path} cannot be written: {cause.Message}", cause)
        {
            File = path,
            LikelyCause = "The folder does not exist or is not writable, or the disk is full. Nothing was touched.",
            Remedies = [new("Choose another file after --capture.")],
        };

    public static ImageException NotOverwritten(string path) =>
        new("NRST4102", $"{path} holds something that is no capture, and is not overwritten.")
        {
            File = path,
            LikelyCause = "--capture names the file to write the transfers to, not the one to flash.",
            Remedies = [new("Choose a file that does not exist yet, or an older capture.")],
        };

    public static ImageException CannotRead(string path, string why, Exception? cause = null) =>
        new("NRST4103", $"{path} cannot be replayed: {why}.", cause)
        {
            File = path,
            LikelyCause = "It is not a capture that nrst made, or it is cut off.",
            Remedies = [new("Capture the command again.", "nrst info --capture FILE.pcapng")],
        };

    public static ProbeException SentOther(RecordedTransfer expected, ReadOnlySpan<byte> sent)
    {
        var differs = sent.CommonPrefixLength(expected.Data.Span);
        var from = differs / 16 * 16;
        return Deviates(
            expected,
            $"the host sent something else than the capture holds, from byte {differs.ToString(CultureInfo.InvariantCulture)} on",
            $"expected {expected.Data.Length} bytes{From(from)}: {Hex(expected.Data.Span, from)}",
            $"sent     {sent.Length} bytes{From(from)}: {Hex(sent, from)}");
    }

    /// <param name="did">What nrst did: <c>sent 16 bytes: F1…</c>.</param>
    public static ProbeException DidOther(RecordedTransfer expected, string did) => Deviates(
        expected, "the host did something else than in the capture", $"expected to have {Told(expected)}", $"it {did}");

    public static string Sent(ReadOnlySpan<byte> bytes) => $"sent {bytes.Length} bytes: {Hex(bytes, 0)}";

    public static string Listened(int asked) => $"listened for {asked} bytes";

    public static ProbeException ListenedForOther(RecordedTransfer expected, int asked) => Deviates(
        expected,
        "the host asked for another number of bytes than in the capture",
        $"expected to ask for {expected.Length} bytes",
        $"asked for {asked} bytes");

    public static ProbeException Over(int transfers, string wanted) => Deviation(
        $"The capture ends after transfer {transfers}, and the host went on.",
        "The capture is of another command or was stopped, or nrst has changed since it was made.",
        $"after transfer {transfers}", wanted);

    public static ProbeException GoesOn(RecordedTransfer next, int left) => Deviation(
        $"The host was done before transfer {next.Number}, and the capture goes on for {left} more.",
        "The capture is of another command, or nrst has changed since it was made.",
        $"next is transfer {next.Number}, frame {next.Frame}: {Told(next)}");

    /// <summary>A transfer that failed in a capture that does not say what nrst made of it.</summary>
    public static ProbeException Failed(RecordedTransfer transfer) =>
        new("NRST1403", $"Transfer {transfer.Number} of the capture failed: {UsbStatus.Name(transfer.Status)}.")
        {
            LostSync = true,
            TimedOut = UsbStatus.IsTimeout(transfer.Status),
            LikelyCause = "It failed when the capture was made.",
            Evidence = [$"frame {transfer.Frame} has status {transfer.Status}"],
            Remedies = [new("Look at the capture in Wireshark, at that frame.")],
        };

    private static string Told(RecordedTransfer transfer) => transfer.Deed switch
    {
        RecordedDeed.Send => Sent(transfer.Data.Span),
        RecordedDeed.Listen => Listened((int)transfer.Length),
        RecordedDeed.ClearHalt => "cleared a halt",
        _ => "reset the probe",
    };

    private static ProbeException Deviates(RecordedTransfer at, string fact, params string[] evidence) => Deviation(
        $"Transfer {at.Number} differs: {fact}.",
        "The capture is of another command or another file, or nrst has changed since it was made.",
        [$"transfer {at.Number}, frame {at.Frame} of the capture", .. evidence]);

    private static ProbeException Deviation(string fact, string cause, params string[] evidence) =>
        new("NRST1401", fact)
        {
            LostSync = true,
            LikelyCause = cause,
            Evidence = evidence,
            Remedies = [new("Replay it with the same verb, file and options as it was captured with.")],
        };

    private static string From(int at) => at > 0 ? $", from {at.ToString(CultureInfo.InvariantCulture)}" : "";

    private static string Hex(ReadOnlySpan<byte> bytes, int from)
    {
        var rest = from < bytes.Length ? bytes[from..] : [];
        return Convert.ToHexString(rest.Length <= Shown ? rest : rest[..Shown]) + (rest.Length > Shown ? "…" : "");
    }
}
