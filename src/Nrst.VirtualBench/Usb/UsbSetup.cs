using System.Buffers.Binary;

namespace Nrst.VirtualBench.Usb;

/// <summary>Who defines a request: bits 6..5 of bmRequestType.</summary>
internal enum UsbRequestKind
{
    Standard,
    Class,
    Vendor,
    Reserved,
}

/// <summary>Whom a request is for: bits 4..0 of bmRequestType.</summary>
internal enum UsbRecipient
{
    Device,
    Interface,
    Endpoint,
    Other,
}

/// <summary>The setup packet of a control transfer.</summary>
/// <remarks><code>bmRequestType | bRequest | wValue16 | wIndex16 | wLength16</code></remarks>
internal readonly record struct UsbSetup(byte RequestType, byte Request, ushort Value, ushort Index, ushort Length)
{
    public const int Size = 8;

    public bool ToHost => (RequestType & 0x80) != 0;

    public UsbRequestKind Kind => (UsbRequestKind)(RequestType >> 5 & 3);

    public UsbRecipient Recipient => (UsbRecipient)(RequestType & 0x1F);

    public static UsbSetup Parse(ReadOnlySpan<byte> packet) => new(
        packet[0],
        packet[1],
        BinaryPrimitives.ReadUInt16LittleEndian(packet[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(packet[6..]));
}

/// <summary>How a control transfer ends: with data or without, or in a STALL, which the next setup packet clears.</summary>
internal readonly record struct UsbAnswer(bool Stalled, byte[] Data)
{
    /// <summary>There is no answer yet: the host is kept waiting, and should ask the device again when time has passed.</summary>
    public bool IsLater { get; private init; }

    /// <summary>There is no device any more.</summary>
    public bool IsGone { get; private init; }

    public static UsbAnswer Later => new(false, []) { IsLater = true };

    public static UsbAnswer Gone => new(false, []) { IsGone = true };

    public static UsbAnswer Stall => new(true, []);

    public static UsbAnswer Done => new(false, []);

    public static UsbAnswer Of(params byte[] data) => new(false, data);
}

/// <summary>What a device says to a transfer on a bulk or interrupt endpoint.</summary>
internal enum UsbHandshake
{
    Ack,

    /// <summary>Not now: the host keeps asking.</summary>
    Nak,

    /// <summary>The endpoint is halted until the host clears it.</summary>
    Stall,

    /// <summary>Nothing: there is no device any more.</summary>
    Gone,
}
