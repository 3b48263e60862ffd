using System.Buffers.Binary;

namespace Nrst.VirtualBench.UsbIp;

/// <summary>A transfer that a host has submitted: USBIP_CMD_SUBMIT.</summary>
/// <remarks>
/// Everything is big-endian but the setup packet, which is as it goes over USB.
/// <code>command32 | seqnum32 | devid32 | direction32 | ep32 | transfer_flags32 | transfer_buffer_length32 | start_frame32
/// | number_of_packets32 | interval32 | setup, 8 bytes | data out</code>
/// </remarks>
internal sealed class Urb(uint seqnum, bool toHost, int endpoint, uint flags, byte[] setup, byte[] buffer)
{
    public const int HeaderLength = 48;

    private const uint ShortNotOk = 0x01;

    public uint Seqnum => seqnum;

    public bool ToHost => toHost;

    public int Endpoint => endpoint;

    /// <summary>The endpoint's address as descriptors have it.</summary>
    public byte Address => (byte)(endpoint | (toHost ? 0x80 : 0));

    public ReadOnlySpan<byte> Setup => setup;

    /// <summary>The data out, or the room for the data in.</summary>
    public byte[] Buffer => buffer;

    /// <summary>Bytes that have come in so far.</summary>
    public int Filled { get; set; }

    /// <summary>A transfer with fewer bytes than there is room for is an error to this host.</summary>
    public bool WantsAll => (flags & ShortNotOk) != 0;

    /// <summary>USBIP_RET_SUBMIT.</summary>
    public byte[] Return(UrbStatus status, int length)
    {
        var message = new byte[HeaderLength + (toHost ? length : 0)];
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)UsbIpCommand.ReturnSubmit);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), seqnum);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(20), (int)status);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(24), length);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(32), uint.MaxValue);
        if (toHost)
        {
            buffer.AsSpan(0, length).CopyTo(message.AsSpan(HeaderLength));
        }

        return message;
    }

    /// <summary>USBIP_RET_UNLINK.</summary>
    public static byte[] ReturnUnlink(uint seqnum, UrbStatus status)
    {
        var message = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt32BigEndian(message, (uint)UsbIpCommand.ReturnUnlink);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), seqnum);
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(20), (int)status);
        return message;
    }
}

internal enum UsbIpCommand : uint
{
    Submit = 1,
    Unlink = 2,
    ReturnSubmit = 3,
    ReturnUnlink = 4,
}

/// <summary>How a transfer ended, in the numbers of Linux.</summary>
internal enum UrbStatus
{
    Done = 0,

    /// <summary>EPIPE: the endpoint answered with STALL.</summary>
    Stalled = -32,

    /// <summary>EOVERFLOW: the device sent more than there was room for.</summary>
    Overflow = -75,

    /// <summary>ECONNRESET: unlinked before it ended.</summary>
    Unlinked = -104,

    /// <summary>EREMOTEIO: short, where the host would have none of it.</summary>
    TooShort = -121,
}
