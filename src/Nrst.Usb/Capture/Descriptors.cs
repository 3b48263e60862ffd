using System.Buffers.Binary;
using System.Text;

namespace Nrst.Usb.Capture;

/// <summary>USB descriptors of a device, made of what is known of it and read back out of what it sent.</summary>
internal static class Descriptors
{
    public const byte Device = 1;
    public const byte Configuration = 2;
    public const byte String = 3;
    public const byte Interface = 4;
    public const byte Endpoint = 5;

    public const byte ProductIndex = 2;
    public const byte SerialIndex = 3;

    private const ushort English = 0x0409;

    /// <summary>The set-up packet of GET_DESCRIPTOR.</summary>
    public static byte[] Get(byte type, byte index, int length)
    {
        byte[] setup = [0x80, 0x06, index, type, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16LittleEndian(setup.AsSpan(4), type == String && index > 0 ? English : (ushort)0);
        BinaryPrimitives.WriteUInt16LittleEndian(setup.AsSpan(6), (ushort)length);
        return setup;
    }

    public static byte[] OfDevice(CapturedDevice device)
    {
        // USB 2.0, class by interface, 64-byte packets on endpoint 0, version 1.00, one configuration.
        byte[] bytes = [18, Device, 0x00, 0x02, 0, 0, 0, 64, 0, 0, 0, 0, 0x00, 0x01, 0, ProductIndex, 0, 1];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), device.Vid);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), device.Pid);
        bytes[16] = device.Serial.Length > 0 ? SerialIndex : (byte)0;
        return bytes;
    }

    /// <summary>A string that is no serial number, and so has no raw form.</summary>
    public static string Text(ReadOnlySpan<byte> descriptor) =>
        descriptor.Length >= 2 ? Encoding.Unicode.GetString(descriptor[2..(descriptor.Length & ~1)]) : "";

    /// <summary>The set-up packet that takes an endpoint out of a stall: CLEAR_FEATURE(ENDPOINT_HALT).</summary>
    public static byte[] ClearHalt(byte endpoint) => [0x02, 0x01, 0, 0, endpoint, 0, 0, 0];

    /// <summary>The set-up packet that follows the reset of a device: SET_ADDRESS. The reset itself is no transfer.</summary>
    public static byte[] AfterReset(byte address) => [0x00, 0x05, address, 0, 0, 0, 0, 0];

    public static bool IsClearHalt(ReadOnlySpan<byte> setup) => setup is [0x02, 0x01, ..];

    public static bool IsAfterReset(ReadOnlySpan<byte> setup) => setup is [0x00, 0x05, ..];

    /// <summary>One configuration with one vendor-specific interface: the endpoints that the conversation uses and no others.</summary>
    public static byte[] OfConfiguration(CapturedDevice device)
    {
        byte[] bytes =
        [
            9, Configuration, 32, 0, 1, 1, 0, 0x80, 50,
            9, Interface, device.Endpoints.Interface, 0, 2, 0xFF, 0xFF, 0xFF, 0,
            7, Endpoint, device.Endpoints.In, 2, 0, 0, 0,
            7, Endpoint, device.Endpoints.Out, 2, 0, 0, 0,
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(22), (ushort)device.MaxPacket);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(29), (ushort)device.MaxPacket);
        return bytes;
    }

    public static byte[] Languages => [4, String, English & 0xFF, English >> 8];

    public static byte[] OfString(string text)
    {
        var characters = Encoding.Unicode.GetBytes(text.Length <= 126 ? text : text[..126]);
        return [(byte)(characters.Length + 2), String, .. characters];
    }

    /// <summary>The interface and endpoints of a configuration that a conversation over two bulk endpoints can use.</summary>
    public static (BulkEndpoints Endpoints, int MaxPacket)? FindBulk(ReadOnlySpan<byte> configuration, byte outEndpoint, byte inEndpoint)
    {
        byte? at = null;
        var (found, maxPacket) = (0, 64);
        while (configuration.Length >= 2 && configuration[0] >= 2 && configuration[0] <= configuration.Length)
        {
            switch (configuration[1])
            {
                case Interface when configuration[0] >= 9:
                    at = configuration[2];
                    break;
                case Endpoint when configuration[0] >= 7 && at is { } number
                    && (configuration[2] == outEndpoint || configuration[2] == inEndpoint):
                    found++;
                    maxPacket = BinaryPrimitives.ReadUInt16LittleEndian(configuration[4..]);
                    if (found == 2)
                    {
                        return (new BulkEndpoints(number, outEndpoint, inEndpoint), maxPacket);
                    }

                    break;
            }

            configuration = configuration[configuration[0]..];
        }

        return null;
    }
}
