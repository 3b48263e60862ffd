using System.Buffers.Binary;
using System.Text;

namespace Nrst.Probes.StLink;

/// <summary>A probe that an stlink-server offers.</summary>
/// <param name="Used">Another client has it open.</param>
public sealed record StLinkServerDevice(uint UsbId, string Serial, ushort VendorId, ushort ProductId, bool Used);

/// <summary>Asks an stlink-server which probes it has.</summary>
public static class StLinkServerClient
{
    public const int DefaultPort = 7184;

    public static IReadOnlyList<StLinkServerDevice> List(string host, int port)
    {
        using var connection = ServerConnection.Open(host, port);
        return List(connection);
    }

    internal static List<StLinkServerDevice> List(ServerConnection connection)
    {
        connection.Ask([0x00, 0x00], "refreshing its list");

        var devices = new List<StLinkServerDevice>();
        Span<byte> count = stackalloc byte[4];
        connection.Send([0x01]);
        connection.Receive(count);
        for (var i = 0u; i < BinaryPrimitives.ReadUInt32LittleEndian(count); i++)
        {
            devices.Add(Describe(connection, checked((byte)i)));
        }

        return devices;
    }

    /// <remarks><code>
    /// request   02 | index | 00 00 | 41 as 32 bits |
    /// answer    status 32 | id 32 | serial, 32 characters, zeros behind | vendor 16 | product 16 | used
    /// </code></remarks>
    private static StLinkServerDevice Describe(ServerConnection connection, byte index)
    {
        Span<byte> info = stackalloc byte[41];
        connection.Ask([0x02, index, 0, 0, (byte)info.Length, 0, 0, 0], "describing a probe", info);
        return new StLinkServerDevice(
            BinaryPrimitives.ReadUInt32LittleEndian(info),
            Encoding.ASCII.GetString(info.Slice(4, 32)).TrimEnd('\0'),
            BinaryPrimitives.ReadUInt16LittleEndian(info[36..]),
            BinaryPrimitives.ReadUInt16LittleEndian(info[38..]),
            info[40] != 0);
    }
}
