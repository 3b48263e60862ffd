using System.Buffers.Binary;
using System.Net.Sockets;

namespace Nrst.VirtualBench.Tests.Usb;

/// <summary>What perf/peers says to the bench, typed out by hand.</summary>
internal sealed class BenchUsbClient : IDisposable
{
    private const int Patience = 30_000;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Patience, SendTimeout = Patience };

    public BenchUsbClient(string path, bool sleeps = true)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        Ask(1, flag: sleeps ? (byte)1 : (byte)0);
    }

    /// <summary>Nanoseconds since this client came.</summary>
    public long Now { get; private set; }

    public (int Result, byte[] Data) Ask(
        byte op, byte device = 0, byte endpoint = 0, byte flag = 0, long argument = 0, byte[]? setup = null, byte[]? send = null, int room = 0)
    {
        var question = new byte[24 + (send?.Length ?? 0)];
        (question[0], question[1], question[2], question[3]) = (op, device, endpoint, flag);
        BinaryPrimitives.WriteInt32LittleEndian(question.AsSpan(4), send?.Length ?? room);
        BinaryPrimitives.WriteInt64LittleEndian(question.AsSpan(8), argument);
        (setup ?? []).CopyTo(question, 16);
        (send ?? []).CopyTo(question, 24);
        _socket.Send(question);
        var answer = Exactly(16);
        Now = BinaryPrimitives.ReadInt64LittleEndian(answer.AsSpan(8));
        return (BinaryPrimitives.ReadInt32LittleEndian(answer), Exactly(BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4))));
    }

    public int Open(byte device) => Ask(3, device).Result;

    /// <summary>Opens and chooses the configuration, as an operating system does.</summary>
    public void Use(byte device)
    {
        Assert.Equal(0, Open(device));
        Assert.Equal(0, Ask(5, device, setup: [0, 9, 1, 0, 0, 0, 0, 0]).Result);
    }

    public int Out(byte device, byte[] data, bool queued = false) =>
        Ask(6, device, endpoint: 0x01, flag: queued ? (byte)1 : (byte)0, argument: 1000, send: data).Result;

    public (int Result, byte[] Data) In(byte device, int room, int milliseconds = 1000) =>
        Ask(7, device, endpoint: 0x81, argument: milliseconds, room: room);

    public void Sleep(long nanoseconds) => Ask(9, argument: nanoseconds);

    public void Dispose() => _socket.Dispose();

    /// <summary>The rest of the conversation is an end.</summary>
    public bool IsOver()
    {
        try
        {
            return _socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    private byte[] Exactly(int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var got = _socket.Receive(bytes.AsSpan(at));
            Assert.NotEqual(0, got);
            at += got;
        }

        return bytes;
    }
}
