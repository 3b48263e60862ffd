using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Nrst.VirtualBench.Tests.UsbIp;

/// <summary>What came back for a transfer: the number it was submitted under, how it ended, and its data.</summary>
internal sealed record Returned(uint Command, uint Seqnum, int Status, int Length, byte[] Data);

/// <summary>A host of the kernel's document "USB/IP protocol", written from it and from nothing else.</summary>
internal sealed class UsbIpClient(int port) : IDisposable
{
    public const int EPIPE = -32, EOVERFLOW = -75, ECONNRESET = -104, EREMOTEIO = -121;

    private readonly TcpClient _client = new("127.0.0.1", port) { NoDelay = true, ReceiveTimeout = 60_000 };
    private readonly HashSet<uint> _incoming = [];
    private uint _seqnum;

    public void Send(params byte[] bytes) => _client.GetStream().Write(bytes);

    public byte[] Receive(int length)
    {
        var bytes = new byte[length];
        _client.GetStream().ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Whether the server has closed the connection, with nothing left to read.</summary>
    public bool IsClosed()
    {
        try
        {
            return _client.GetStream().Read(new byte[1]) == 0;
        }
        catch (IOException reset) when (reset.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return true;
        }
    }

    public IReadOnlyList<(string Path, string BusId, uint Speed, ushort Vendor, ushort Product, byte[] Interfaces)> List()
    {
        Send(0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0);
        Assert.Equal([0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0], Receive(8));
        var devices = new List<(string, string, uint, ushort, ushort, byte[])>();
        for (var left = BinaryPrimitives.ReadUInt32BigEndian(Receive(4)); left > 0; left--)
        {
            var record = Receive(312);
            devices.Add((
                Text(record.AsSpan(0, 256)),
                Text(record.AsSpan(256, 32)),
                BinaryPrimitives.ReadUInt32BigEndian(record.AsSpan(296)),
                BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(300)),
                BinaryPrimitives.ReadUInt16BigEndian(record.AsSpan(302)),
                Receive(4 * record[311])));
        }

        return devices;
    }

    /// <returns>The status, 0 for success.</returns>
    public uint Import(string busId)
    {
        var request = new byte[40];
        (request[0], request[1], request[2], request[3]) = (0x01, 0x11, 0x80, 0x03);
        Encoding.ASCII.GetBytes(busId, request.AsSpan(8));
        Send(request);
        var answer = Receive(8);
        Assert.Equal([0x01, 0x11, 0x00, 0x03], answer[..4]);
        var status = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(4));
        if (status == 0)
        {
            Assert.Equal(busId, Text(Receive(312).AsSpan(256, 32)));
        }

        return status;
    }

    /// <summary>Attaches and chooses the one configuration, as Linux does.</summary>
    public void Attach(string busId)
    {
        Assert.Equal(0u, Import(busId));
        Assert.Equal(0, ControlOut(0x00, 9, 1, 0).Status);
    }

    public uint SubmitIn(byte endpoint, int length, uint flags = 0, byte[]? setup = null)
    {
        Send(Header(1, 1, endpoint, flags, length, setup));
        _incoming.Add(_seqnum);
        return _seqnum;
    }

    public uint SubmitOut(byte endpoint, byte[] data, byte[]? setup = null)
    {
        Send([.. Header(1, 0, endpoint, 0, data.Length, setup), .. data]);
        return _seqnum;
    }

    public uint Unlink(uint victim)
    {
        var request = Header(2, 0, 0, 0, 0, null);
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(20), victim);
        request.AsSpan(24).Clear();
        Send(request);
        return _seqnum;
    }

    public Returned Next()
    {
        var header = Receive(48);
        uint Word(int at) => BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(at));
        var (command, seqnum, length) = (Word(0), Word(4), (int)Word(24));
        Assert.All(header[8..20], spare => Assert.Equal(0, spare));
        return new Returned(
            command, seqnum, (int)Word(20), length, command == 3 && _incoming.Contains(seqnum) ? Receive(length) : []);
    }

    public byte[] In(byte endpoint, int length)
    {
        var seqnum = SubmitIn(endpoint, length);
        var returned = Next();
        Assert.Equal((3u, seqnum, 0), (returned.Command, returned.Seqnum, returned.Status));
        return returned.Data;
    }

    public void Out(byte endpoint, params byte[] data)
    {
        var seqnum = SubmitOut(endpoint, data);
        var returned = Next();
        Assert.Equal((3u, seqnum, 0, data.Length), (returned.Command, returned.Seqnum, returned.Status, returned.Length));
    }

    /// <summary>A command to a probe: 16 bytes on OUT endpoint 1.</summary>
    public void Tell(params byte[] command)
    {
        Array.Resize(ref command, 16);
        Out(1, command);
    }

    public Returned ControlIn(byte type, byte request, ushort value, ushort index, ushort length)
    {
        SubmitIn(0, length, setup: Setup(type, request, value, index, length));
        return Next();
    }

    public Returned ControlOut(byte type, byte request, ushort value, ushort index, params byte[] data)
    {
        SubmitOut(0, data, Setup(type, request, value, index, (ushort)data.Length));
        return Next();
    }

    public byte[] Descriptor(byte type, byte index, ushort length = 255)
    {
        var returned = ControlIn(0x80, 6, (ushort)(type << 8 | index), type == 3 ? (ushort)0x0409 : (ushort)0, length);
        Assert.Equal(0, returned.Status);
        return returned.Data;
    }

    public void Dispose() => _client.Dispose();

    public static byte[] Setup(byte type, byte request, ushort value, ushort index, ushort length) =>
        [type, request, (byte)value, (byte)(value >> 8), (byte)index, (byte)(index >> 8), (byte)length, (byte)(length >> 8)];

    private byte[] Header(uint command, uint direction, byte endpoint, uint flags, int length, byte[]? setup)
    {
        var header = new byte[48];
        void Put(int at, uint value) => BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(at), value);
        Put(0, command);
        Put(4, ++_seqnum);
        Put(8, 1 << 16 | 2);
        Put(12, direction);
        Put(16, endpoint);
        Put(20, flags);
        Put(24, (uint)length);
        Put(32, 0xFFFF_FFFF);
        setup?.CopyTo(header, 40);
        return header;
    }

    private static string Text(ReadOnlySpan<byte> padded) => Encoding.ASCII.GetString(padded).TrimEnd('\0');
}
