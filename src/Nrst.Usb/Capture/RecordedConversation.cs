using System.Buffers.Binary;

namespace Nrst.Usb.Capture;

/// <summary>What the host did with a transfer.</summary>
internal enum RecordedDeed
{
    Send,
    Listen,
    ClearHalt,
    Reset,
}

/// <summary>One transfer of a conversation, out of a capture.</summary>
/// <param name="Number">Its place among the transfers of the capture, descriptors included, from 1: the id that Wireshark shows as well.</param>
/// <param name="Frame">The frame it was submitted in, as Wireshark counts.</param>
/// <param name="Length">Bytes asked for on the way in, sent on the way out.</param>
/// <param name="EndedAt">Nanoseconds on the probe's clock.</param>
/// <param name="Comment">On the completion.</param>
internal sealed record RecordedTransfer(
    int Number, int Frame, RecordedDeed Deed, uint Length, ReadOnlyMemory<byte> Data, int Status, long EndedAt, string? Comment);

/// <summary>A captured conversation with one device.</summary>
public sealed class RecordedConversation
{
    private RecordedConversation(CapturedDevice device, long start, bool recoverable, IReadOnlyList<RecordedTransfer> transfers) =>
        (Device, Start, IsRecoverable, Transfers) = (device, start, recoverable, transfers);

    /// <summary>Who was talked to, by the descriptors in the capture.</summary>
    public CapturedDevice Device { get; }

    /// <summary>Nanoseconds on the probe's clock when the capture began.</summary>
    internal long Start { get; }

    /// <summary>The pipe that was captured could be recovered, whether or not it had to be.</summary>
    internal bool IsRecoverable { get; }

    internal IReadOnlyList<RecordedTransfer> Transfers { get; }

    /// <exception cref="ImageException">It cannot be read, or is no capture of a conversation.</exception>
    public static RecordedConversation Read(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw CaptureErrors.CannotRead(path, cause.Message.TrimEnd('.'), cause);
        }

        try
        {
            return Parse(file);
        }
        catch (FormatException wrong)
        {
            throw CaptureErrors.CannotRead(path, wrong.Message, wrong);
        }
    }

    /// <exception cref="FormatException">In words that go on from "cannot be replayed: ".</exception>
    internal static RecordedConversation Parse(ReadOnlyMemory<byte> file)
    {
        var packets = PcapNgReader.Read(file);
        var events = packets
            .Where(packet => packet.LinkType == UsbRecord.LinkType)
            .Select(packet => (packet.Frame, packet.Comment, Record: UsbRecord.Decode(packet.Bytes, packet.At)))
            .Where(one => one.Record is not null)
            .Select(one => (one.Frame, one.Comment, Record: one.Record!.Value))
            .ToList();
        var first = events.FindIndex(one => one.Record.Kind is UsbTransferKind.Bulk);
        if (first < 0)
        {
            throw new FormatException("it holds no bulk transfers of a USB device");
        }

        // A capture of a whole bus holds other devices as well.
        var (bus, address) = (events[first].Record.Bus, events[first].Record.Device);
        var transfers = new List<RecordedTransfer>();
        var descriptors = new List<(byte Type, byte Index, ReadOnlyMemory<byte> Bytes)>();
        var open = new Dictionary<ulong, (int Number, int Frame, UsbRecord Submission)>();
        var number = 0;
        foreach (var (frame, comment, record) in events.Where(one => (one.Record.Bus, one.Record.Device) == (bus, address)))
        {
            if (record.IsSubmission)
            {
                open[record.Id] = (++number, frame, record);
            }
            else if (open.Remove(record.Id, out var begun))
            {
                var setup = begun.Submission.Setup.Span;
                if (record.Kind is UsbTransferKind.Control && setup is [0x80, 0x06, var index, var type, ..])
                {
                    descriptors.Add((type, index, record.Data));
                }
                else if (Deed(record, setup) is { } deed)
                {
                    transfers.Add(new RecordedTransfer(
                        begun.Number, begun.Frame, deed, begun.Submission.Length,
                        record.IsIn ? record.Data : begun.Submission.Data, record.Status, record.At, comment));
                }
            }
        }

        var recoverable = packets.Exists(packet => packet.About == UsbCapture.Recoverable);
        return new RecordedConversation(Describe(descriptors, transfers, events, bus, address), events[0].Record.At, recoverable, transfers);
    }

    /// <summary>Another conversation with the same answers, for which the capture is the probe.</summary>
    public ReplayPipe Play() => new(this);

    private static RecordedDeed? Deed(UsbRecord record, ReadOnlySpan<byte> setup) => record.Kind switch
    {
        UsbTransferKind.Bulk => record.IsIn ? RecordedDeed.Listen : RecordedDeed.Send,
        UsbTransferKind.Control when Descriptors.IsClearHalt(setup) => RecordedDeed.ClearHalt,
        UsbTransferKind.Control when Descriptors.IsAfterReset(setup) => RecordedDeed.Reset,
        _ => null,
    };

    private static CapturedDevice Describe(
        List<(byte Type, byte Index, ReadOnlyMemory<byte> Bytes)> descriptors,
        List<RecordedTransfer> transfers,
        List<(int Frame, string? Comment, UsbRecord Record)> events,
        ushort bus,
        byte address)
    {
        var device = descriptors.FindLast(one => one.Type == Descriptors.Device && one.Bytes.Length >= 18).Bytes;
        if (device.IsEmpty || transfers.Count == 0)
        {
            throw new FormatException($"it does not say what device {address} on bus {bus} is");
        }

        var mine = events.Where(one => (one.Record.Bus, one.Record.Device, one.Record.Kind) == (bus, address, UsbTransferKind.Bulk)).ToList();
        var outEndpoint = mine.Find(one => !one.Record.IsIn).Record.Endpoint;
        var inEndpoint = mine.Find(one => one.Record.IsIn).Record.Endpoint;
        var bulk = descriptors.Where(one => one.Type == Descriptors.Configuration)
            .Select(one => Descriptors.FindBulk(one.Bytes.Span, outEndpoint, inEndpoint))
            .LastOrDefault(found => found is not null);
        return new CapturedDevice(
            BinaryPrimitives.ReadUInt16LittleEndian(device.Span[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(device.Span[10..]),
            Descriptors.Text(String(device.Span[15]).Span),
            UsbSerial.Decode(String(device.Span[16]).Span),
            bulk?.Endpoints ?? new BulkEndpoints(0, outEndpoint, inEndpoint),
            bulk?.MaxPacket ?? 64)
        {
            Bus = bus,
            Address = address,
        };

        ReadOnlyMemory<byte> String(byte index) => index == 0
            ? default
            : descriptors.FindLast(one => one.Type == Descriptors.String && one.Index == index).Bytes;
    }
}
