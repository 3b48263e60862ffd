using System.Buffers.Binary;

namespace Nrst.Usb.Capture;

/// <summary>What kind of transfer, as Linux numbers them.</summary>
internal enum UsbTransferKind : byte
{
    Isochronous = 0,
    Interrupt = 1,
    Control = 2,
    Bulk = 3,
}

/// <summary>One event of a transfer, its submission or its completion, in the binary form of Linux's usbmon.</summary>
/// <remarks><code>
///  0  id 64             both events of a transfer have the same; here it is the number of the transfer, from 1
///  8  'S' or 'C' | kind | endpoint with direction | device
/// 12  bus 16
/// 14  0: a set-up packet is in 40..47, else '-' | 0: data follow; '&lt;' on the way in, '&gt;' on the way out: they do not
/// 16  seconds 64 | microseconds 32
/// 28  status 32         minus an errno; EINPROGRESS in a submission
/// 32  length 32         asked for in a submission, transferred in a completion
/// 36  length of the data that follow 32
/// 40  set-up packet
/// 48  interval 32 | start frame 32 | flags 32 | number of descriptors 32
/// </code>
/// From the kernel's document on usbmon, "Raw binary format and API"; LINKTYPE_USB_LINUX_MMAPPED.</remarks>
internal readonly record struct UsbRecord
{
    public const int HeaderLength = 64;
    public const ushort LinkType = 220;
    public const byte DirectionIn = 0x80;

    private const byte Present = 0;
    private const byte Absent = (byte)'-';
    private const uint FlagDirectionIn = 0x200; // URB_DIR_IN

    public required ulong Id { get; init; }
    public required bool IsSubmission { get; init; }
    public required UsbTransferKind Kind { get; init; }
    public required byte Endpoint { get; init; }
    public required byte Device { get; init; }
    public required ushort Bus { get; init; }
    public required int Status { get; init; }
    public required uint Length { get; init; }

    /// <summary>Nanoseconds on the probe's clock.</summary>
    public required long At { get; init; }

    /// <summary>Eight bytes in the submission of a control transfer, else empty.</summary>
    public ReadOnlyMemory<byte> Setup { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    public bool IsIn => (Endpoint & DirectionIn) != 0;

    public byte[] Encode()
    {
        var bytes = new byte[HeaderLength + Data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Id);
        bytes[8] = IsSubmission ? (byte)'S' : (byte)'C';
        (bytes[9], bytes[10], bytes[11]) = ((byte)Kind, Endpoint, Device);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(12), Bus);
        bytes[14] = Setup.IsEmpty ? Absent : Present;
        bytes[15] = Data.IsEmpty ? WithoutData() : Present;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), At / 1_000_000_000);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(24), (int)(At % 1_000_000_000 / 1000));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(28), Status);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(32), Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(36), Data.Length);
        Setup.Span.CopyTo(bytes.AsSpan(40));
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(56), IsIn ? FlagDirectionIn : 0);
        Data.Span.CopyTo(bytes.AsSpan(HeaderLength));
        return bytes;
    }

    /// <summary>Null where the bytes are no submission or completion.</summary>
    public static UsbRecord? Decode(ReadOnlyMemory<byte> packet, long at)
    {
        var bytes = packet.Span;
        if (bytes.Length < HeaderLength || bytes[8] is not ((byte)'S' or (byte)'C') || bytes[9] > 3)
        {
            return null;
        }

        var data = BinaryPrimitives.ReadUInt32LittleEndian(bytes[36..]);
        return data > bytes.Length - HeaderLength ? null : new UsbRecord
        {
            Id = BinaryPrimitives.ReadUInt64LittleEndian(bytes),
            IsSubmission = bytes[8] == (byte)'S',
            Kind = (UsbTransferKind)bytes[9],
            Endpoint = bytes[10],
            Device = bytes[11],
            Bus = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]),
            Status = BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
            Length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
            At = at,
            Setup = bytes[14] == Present ? packet.Slice(40, 8) : default,
            Data = packet.Slice(HeaderLength, (int)data),
        };
    }

    // Data go out with a submission and come in with a completion; on the other event a sign says why there are none.
    private byte WithoutData() => IsIn
        ? IsSubmission ? (byte)'<' : Present
        : IsSubmission ? Present : (byte)'>';
}

/// <summary>How a transfer ended, as Linux numbers it.</summary>
internal static class UsbStatus
{
    public const int Done = 0;
    public const int InProgress = -115;

    public const int Cancelled = -2;

    private const int NoDevice = -19;
    private const int BrokenPipe = -32;
    private const int ProtocolError = -71;
    private const int Overflow = -75;
    private const int TimedOut = -110;

    public static int Of(Exception failure) => failure switch
    {
        ProbeException { TimedOut: true } => TimedOut,
        ProbeException { Failure: TransferFailure.Gone } => NoDevice,
        ProbeException { Failure: TransferFailure.Stalled } => BrokenPipe,
        ProbeException { Failure: TransferFailure.Overflow } => Overflow,
        _ => ProtocolError,
    };

    public static string Name(int status) => status switch
    {
        Cancelled => "ENOENT (cancelled)",
        NoDevice => "ENODEV (no such device)",
        BrokenPipe => "EPIPE (the endpoint is halted)",
        -62 => "ETIME (no answer from the device)",
        ProtocolError => "EPROTO (protocol error)",
        Overflow => "EOVERFLOW (more data than asked for)",
        -84 => "EILSEQ (corrupted)",
        -104 => "ECONNRESET (cancelled)",
        -108 => "ESHUTDOWN (unplugged)",
        TimedOut => "ETIMEDOUT (timed out)",
        _ => $"errno {-status}",
    };

    /// <summary>A transfer that somebody gave up, as a time-out does, rather than one that failed.</summary>
    public static bool IsTimeout(int status) => status is TimedOut or Cancelled or (-62) or (-104);
}
