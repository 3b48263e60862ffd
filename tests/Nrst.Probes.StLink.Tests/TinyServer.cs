using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nrst.Probes.StLink.Tests;

/// <summary>An stlink-server of one client, in front of a <see cref="TinyProbe"/>. Its answers come in pieces.</summary>
internal sealed class TinyServer : IDisposable
{
    private const uint ConnectId = 0x77;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _task;

    public TinyServer(params (string Serial, ushort Pid, bool Used)[] devices)
    {
        Devices = devices;
        _listener.Start();
        _task = Task.Run(Serve);
    }

    public (string Serial, ushort Pid, bool Used)[] Devices { get; }
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;
    public TinyProbe Probe { get; } = new();
    public uint Api { get; init; } = 3;
    public List<byte> Requests { get; } = [];
    public uint? Opened { get; private set; }

    /// <summary>How many probe commands are answered with "busy" first.</summary>
    public int Busy { get; set; }

    /// <summary>A status every probe command gets from now on; 0 closes the connection instead.</summary>
    public uint? Trouble { get; set; }

    public void Dispose()
    {
        _listener.Stop();
        try
        {
            _task.Wait();
        }
        catch (AggregateException stopped) when (stopped.InnerException is SocketException or IOException or EndOfStreamException)
        {
            // The client left, or nobody came.
        }

        _listener.Dispose();
    }

    private void Serve()
    {
        using var client = _listener.AcceptTcpClient();
        client.NoDelay = true;
        using var stream = client.GetStream();
        while (stream.ReadByte() is var request and >= 0)
        {
            Requests.Add((byte)request);
            switch (request)
            {
                case 0x00: Take(stream, 1); Answer(stream, Word(1)); break;
                case 0x01: Answer(stream, Word((uint)Devices.Length)); break;
                case 0x02: Describe(stream, Take(stream, 7)[0]); break;
                case 0x03: Opened = Number(Take(stream, 7), 3); Answer(stream, Word(1), Word(ConnectId)); break;
                case 0x04: Take(stream, 7); Answer(stream, Word(1)); break;
                case 0x06: Take(stream, 3); Answer(stream, Word(Api), Word(2), Word(1), Word(0)); break;
                case 0x05 when !Command(stream): return;
            }
        }
    }

    private bool Command(NetworkStream stream)
    {
        var header = Take(stream, 31);
        Assert.Equal(ConnectId, Number(header, 3));
        var count = (int)Number(header, 27);
        var fromProbe = header[23] == 1;
        var data = fromProbe ? [] : Take(stream, count);
        var answer = new byte[fromProbe ? count : 0];
        if (Trouble == 0)
        {
            return false;
        }

        if (Busy > 0)
        {
            Busy--;
            Answer(stream, Word(0x2004), answer);
            return true;
        }

        if (Trouble is { } status)
        {
            Answer(stream, Word(status), answer);
            return true;
        }

        Probe.Exchange(header.AsSpan(7, 16), data, answer);
        Answer(stream, Word(1), answer);
        return true;
    }

    private void Describe(NetworkStream stream, byte index)
    {
        var (serial, pid, used) = Devices[index];
        var info = new byte[41];
        info[0] = (byte)(0x10 + index);
        Encoding.ASCII.GetBytes(serial).CopyTo(info, 4);
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(36), 0x0483);
        BinaryPrimitives.WriteUInt16LittleEndian(info.AsSpan(38), pid);
        info[40] = used ? (byte)1 : (byte)0;
        Answer(stream, Word(1), info);
    }

    private static byte[] Take(NetworkStream stream, int count)
    {
        var bytes = new byte[count];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void Answer(NetworkStream stream, params byte[][] parts)
    {
        foreach (var part in parts)
        {
            stream.Write(part.AsSpan(0, part.Length / 2));
            stream.Write(part.AsSpan(part.Length / 2));
        }
    }

    private static byte[] Word(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static uint Number(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));
}
