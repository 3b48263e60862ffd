namespace Nrst.Usb.Capture;

/// <summary>Writes every USB transfer of a conversation to a pcapng file that Wireshark opens.</summary>
/// <remarks>
/// What has been transferred is in the file before the next transfer begins, whatever becomes of the process. A file that takes
/// no more bytes ends the capture and not the conversation; <see cref="Broken"/> is told.
/// </remarks>
public sealed class UsbCapture : IDisposable
{
    /// <summary>On the interface, where the pipe could do more than send and receive: a replay has to offer the same.</summary>
    internal const string Recoverable = "The conversation can be recovered: listening without waiting, clearing halts, resetting the device.";

    private const string Composed = "Made by nrst from what it knows of the device; not on the wire at this moment.";
    private const string About =
        "USB transfers between nrst and a debug probe. They hold what was read from the chip and written to it, firmware included.";

    private const string Earlier = "As the device sent it when it was opened, a little earlier.";
    private const char Mask = '0';

    private readonly Stream _file;
    private readonly bool _redact;
    private readonly string _application;
    private readonly List<byte[]> _waiting = []; // until the interface can be described
    private CapturedDevice? _device;
    private string _serial = "";
    private bool _recoverable;
    private bool _described;
    private bool _closed;
    private ulong _transfers;

    internal UsbCapture(Stream file, string application, bool redact) =>
        (_file, _application, _redact) = (file, application, redact);

    /// <summary>Called once should the file take no more bytes.</summary>
    public Action<IOException>? Broken { get; set; }

    /// <summary>Creates the file; nothing else is touched before that has worked.</summary>
    /// <param name="application">Who writes: <c>nrst 0.1.0</c>.</param>
    /// <param name="redact">Masks the serial number, in the same way wherever it stands.</param>
    /// <exception cref="ImageException">It cannot be written, or holds something that is no capture.</exception>
    public static UsbCapture Create(string path, string application, bool redact = false)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            var start = new byte[4];
            if (file.Length > 0 && (file.ReadAtLeast(start, 4, throwOnEndOfStream: false) < 4
                || !start.AsSpan().SequenceEqual<byte>([0x0A, 0x0D, 0x0D, 0x0A])))
            {
                throw CaptureErrors.NotOverwritten(path);
            }

            if (file.Length > 0)
            {
                file.SetLength(0);
            }

            file.Write(PcapNg.Section(application, About));
            return new UsbCapture(file, application, redact);
        }
        catch (ImageException)
        {
            file?.Dispose();
            throw;
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            file?.Dispose();
            throw CaptureErrors.CannotWrite(path, cause);
        }
    }

    /// <summary>Puts the capture into a conversation. The pipe that comes back owns the other one, and this capture.</summary>
    /// <param name="device">Written down as if the host had just asked for its descriptors.</param>
    /// <returns>What the conversation is to use instead: its time is the one that the capture can tell again.</returns>
    public (IBulkPipe Pipe, IClock Clock) Tap(IBulkPipe pipe, IClock clock, CapturedDevice device)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentNullException.ThrowIfNull(device);
        (_device, _serial) = (_redact ? device with { Serial = Redacted(device.Serial) } : device, device.Serial);
        _recoverable = pipe.Recovery is not null;
        var captured = new TransferClock(clock);
        Enumerate(_device, captured.Nanoseconds);
        return (new CapturePipe(pipe, this, captured), captured);
    }

    /// <summary>The probe has said what firmware it runs.</summary>
    public void Identify(ProbeIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        Describe(identity.Firmware);
    }

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        Describe(null);
        _closed = true;
        _file.Dispose();
    }

    internal ulong Submit(byte endpoint, uint length, ReadOnlyMemory<byte> data, long at)
    {
        var id = ++_transfers;
        Write(Event(id, submission: true, endpoint, UsbStatus.InProgress, length, at) with { Data = data });
        return id;
    }

    /// <summary>A control transfer without data.</summary>
    internal ulong Submit(byte[] setup, long at, string? comment)
    {
        var id = ++_transfers;
        Write(Event(id, submission: true, 0, UsbStatus.InProgress, 0, at) with { Kind = UsbTransferKind.Control, Setup = setup }, comment);
        return id;
    }

    internal void CompleteControl(ulong id, Exception? failure, long at)
    {
        var completion = Event(id, submission: false, 0, failure is null ? UsbStatus.Done : UsbStatus.Of(failure), 0, at);
        Write(completion with { Kind = UsbTransferKind.Control }, failure is null ? null : Redact(RecordedError.Write(failure)));
    }

    /// <summary>A transfer that was given up because nothing came.</summary>
    internal void GiveUp(ulong id, byte endpoint, long at) => Write(Event(id, submission: false, endpoint, UsbStatus.Cancelled, 0, at));

    internal void Complete(ulong id, byte endpoint, uint length, ReadOnlyMemory<byte> data, long at) =>
        Write(Event(id, submission: false, endpoint, UsbStatus.Done, length, at) with { Data = data });

    internal void Fail(ulong id, byte endpoint, Exception failure, long at) =>
        Write(Event(id, submission: false, endpoint, UsbStatus.Of(failure), 0, at), Redact(RecordedError.Write(failure)));

    internal BulkEndpoints Endpoints => _device!.Endpoints;

    internal byte Address => _device!.Address;

    private UsbRecord Event(ulong id, bool submission, byte endpoint, int status, uint length, long at) => new()
    {
        Id = id,
        IsSubmission = submission,
        Kind = UsbTransferKind.Bulk,
        Endpoint = endpoint,
        Device = _device!.Address,
        Bus = _device.Bus,
        Status = status,
        Length = length,
        At = at,
    };

    private void Enumerate(CapturedDevice device, long at)
    {
        Answer(Descriptors.Device, 0, device.DeviceDescriptor, Descriptors.OfDevice(device));
        Answer(Descriptors.Configuration, 0, device.ConfigurationDescriptor, Descriptors.OfConfiguration(device));
        Answer(Descriptors.String, 0, null, Descriptors.Languages);
        var (product, serial) = device.DeviceDescriptor is [_, _, _, _, _, _, _, _, _, _, _, _, _, _, _, var p, var s, ..]
            ? (p, s)
            : (Descriptors.ProductIndex, Descriptors.SerialIndex);
        if (product != 0)
        {
            Answer(Descriptors.String, product, null, Descriptors.OfString(device.Product));
        }

        if (serial != 0 && device.Serial.Length > 0)
        {
            Answer(Descriptors.String, serial, null, Descriptors.OfString(device.Serial));
        }

        void Answer(byte type, byte index, byte[]? sent, byte[] composed)
        {
            var (id, descriptor, comment) = (++_transfers, sent ?? composed, sent is null ? Composed : Earlier);
            var submission = Event(id, submission: true, UsbRecord.DirectionIn, UsbStatus.InProgress, (uint)descriptor.Length, at) with
            {
                Kind = UsbTransferKind.Control,
                Setup = Descriptors.Get(type, index, descriptor.Length),
            };
            Write(submission, comment);
            Write(submission with { IsSubmission = false, Status = UsbStatus.Done, Setup = default, Data = descriptor }, comment);
        }
    }

    private void Write(UsbRecord record, string? comment = null)
    {
        var block = PcapNg.Packet(record.At, record.Encode(), comment);
        if (_described)
        {
            Put(block);
        }
        else
        {
            _waiting.Add(block);
        }
    }

    /// <summary>An interface comes before its packets, and only the first answers say what firmware it has.</summary>
    private void Describe(string? firmware)
    {
        if (_described || _closed || _device is not { } device)
        {
            return;
        }

        var name = device.Place.Length > 0 ? device.Place : device.Product;
        Put(PcapNg.Interface(
            UsbRecord.LinkType, Redact(name), $"{device.Product}, firmware {firmware ?? "not known"}, captured by {_application}",
            _recoverable ? Recoverable : null));
        _waiting.ForEach(Put);
        _waiting.Clear();
        _described = true;
    }

    private void Put(byte[] block)
    {
        if (_closed)
        {
            return;
        }

        try
        {
            _file.Write(block);
        }
        catch (IOException full)
        {
            _closed = true;
            _file.Dispose();
            Broken?.Invoke(full);
        }
    }

    private string Redact(string text) =>
        _redact && _serial.Length > 0 ? text.Replace(_serial, Redacted(_serial), StringComparison.OrdinalIgnoreCase) : text;

    private static string Redacted(string serial) => new(Mask, serial.Length);
}
