using System.Buffers.Binary;
using System.Net.Sockets;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Usb;

/// <summary>Virtual probes, chips and serial ports for programs over <c>perf/peers</c>: a Unix socket, and virtual time for both ends.</summary>
/// <remarks>
/// A question is <code>op8 | device8 | endpoint8 | flag8 | length32 | argument64 | setup[8]</code> and <c>length</c> bytes where they go out; an
/// answer is <code>result32 | length32 | now64</code> and <c>length</c> bytes. All little-endian; <c>now</c> is the program's time in nanoseconds.
/// </remarks>
public sealed class BenchUsbServer : IDisposable
{
    private const int QuestionLength = 24;
    private const int AnswerLength = 16;
    private const int LongestTransfer = 1 << 20;
    private const int LongestConfiguration = 1024;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly BoardShelf _shelf;
    private readonly UsbDevice[] _probes;

    /// <param name="shelf">The boards; another server may offer them too.</param>
    /// <param name="path">Of the socket, which must not exist; <see cref="Dispose"/> removes it.</param>
    /// <exception cref="ProbeException">NRST1185: nobody can listen there.</exception>
    public BenchUsbServer(BoardShelf shelf, string path)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        (_shelf, Path) = (shelf, path);
        _probes = [.. Enumerable.Range(0, shelf.Count).Select(i => ProbeOnUsb.Make(shelf[i].Board))];
        try
        {
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            _listener.Listen();
        }
        catch (Exception refused) when (refused is SocketException or ArgumentException)
        {
            _listener.Dispose();
            throw new ProbeException("NRST1185", $"Nobody can listen at '{path}'.", refused)
            {
                LikelyCause = File.Exists(path) ? "There is such a file already, perhaps of a bench that serves or did." : refused.Message,
                Remedies = [new Remedy("Choose another path, in a folder that exists.", "nrst bench serve NAME --libusb /tmp/bench.usb")],
            };
        }
    }

    private enum Op : byte
    {
        Hello = 1,
        List,
        Open,
        Close,
        Control,
        BulkOut,
        BulkIn,
        Reset,
        Sleep,
        SerialOpen,
        SerialClose,
        SerialSet,
        SerialOut,
        SerialIn,
        SerialDrop,
        SerialLines,
    }

    public string Path { get; }

    /// <summary>What a board lives through before a program has opened its serial port; no time of the program's.</summary>
    public static TimeSpan BeforeASerialProgram => BenchUsbHost.BeforeAProgram;

    /// <summary>Serves until cancelled; then every client is let go and every board it used is saved.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var clients = new List<Task>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var client = await _listener.AcceptAsync(stop).ConfigureAwait(false);
                clients.RemoveAll(done => done.IsCompleted);
                clients.Add(ServeAsync(client, stop));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how this ends.
        }

        await Task.WhenAll(clients).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path);
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        var stream = new NetworkStream(client, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            using var host = new BenchUsbHost(_shelf, Device);
            try
            {
                var question = new byte[QuestionLength];
                while (true)
                {
                    await stream.ReadExactlyAsync(question, stop).ConfigureAwait(false);
                    var (op, length) = ((Op)question[0], BinaryPrimitives.ReadUInt32LittleEndian(question.AsSpan(4)));
                    if (length > LongestTransfer)
                    {
                        return; // out of step
                    }

                    var data = new byte[length];
                    if (op is Op.BulkOut or Op.SerialOut || (op is Op.Control && question[3] == 0))
                    {
                        await stream.ReadExactlyAsync(data, stop).ConfigureAwait(false);
                    }

                    var (result, back) = Answer(host, op, question, data);
                    var answer = new byte[AnswerLength + back.Length];
                    BinaryPrimitives.WriteInt32LittleEndian(answer, result);
                    BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), back.Length);
                    BinaryPrimitives.WriteInt64LittleEndian(answer.AsSpan(8), host.Now);
                    back.CopyTo(answer.AsMemory(AnswerLength));
                    if (host.Ahead is { Ticks: > 0 } early)
                    {
                        await Task.Delay(early, _shelf.Wall, stop).ConfigureAwait(false);
                    }

                    await stream.WriteAsync(answer, stop).ConfigureAwait(false);
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
            {
                // The program has ended, or we are leaving.
            }
        }
    }

    private (int Result, ReadOnlyMemory<byte> Back) Answer(BenchUsbHost host, Op op, byte[] question, byte[] data)
    {
        var (device, endpoint) = (question[1], question[2]);
        var argument = BinaryPrimitives.ReadInt64LittleEndian(question.AsSpan(8));
        if (op is not (Op.Hello or Op.List or Op.Sleep) && device >= 2 * _shelf.Count)
        {
            return (LibUsbError.NoDevice, default);
        }

        switch (op)
        {
            case Op.Hello:
                host.SleepsHere = question[3] != 0;
                return (0, default);
            case Op.List:
                return (2 * _shelf.Count, List());
            case Op.Open:
                return (host.Open(device), default);
            case Op.Close:
                return (host.Close(device), default);
            case Op.Control:
                return (host.Control(device, UsbSetup.Parse(question.AsSpan(16)), question[3] == 0 ? data : [], argument, out var answer), answer);
            case Op.BulkOut:
                return (host.Out(device, endpoint, data, argument, queued: question[3] != 0), default);
            case Op.BulkIn:
                var got = host.In(device, endpoint, data, argument);
                return (got, data.AsMemory(0, Math.Max(got, 0)));
            case Op.Reset:
                return (host.Reset(device), default);
            case Op.Sleep:
                host.Sleep(argument);
                return (0, default);
            case Op.SerialOpen:
                return (host.OpenSerial(device), default);
            case Op.SerialClose:
                return (host.CloseSerial(device), default);
            case Op.SerialSet:
                return (host.Serial(device, line => line.Configure((int)argument, question[3] != 0 ? SerialParity.Even : SerialParity.None)), default);
            case Op.SerialOut:
                var sent = host.Serial(device, line => line.Send(data));
                return (sent < 0 ? sent : data.Length, default);
            case Op.SerialIn:
                var came = host.ReadSerial(device, data, argument);
                return (came, data.AsMemory(0, Math.Max(came, 0)));
            case Op.SerialDrop:
                return (host.Serial(device, line => line.DropInput()), default);
            case Op.SerialLines:
                return (host.Serial(device, line => line.SetLines((question[3] & 1) != 0, (question[3] & 2) != 0)), default);
            default:
                return (LibUsbError.Other, default);
        }
    }

    /// <summary>The probes come first, then the chips' own connectors; null where nothing is plugged in.</summary>
    private UsbDevice? Device(int index) => index >= _shelf.Count ? _shelf[index - _shelf.Count].Board.DfuOnTheBus
        : _shelf[index].IsPlugged ? _probes[index]
        : null;

    /// <remarks><code>index8 | bus8 | address8 | port8 | speed8 | plugged8 | configuration length16 | device descriptor[18] | configuration[1024]</code></remarks>
    private byte[] List()
    {
        const int Entry = 8 + 18 + LongestConfiguration;
        var list = new byte[2 * _shelf.Count * Entry];
        for (var i = 0; i < 2 * _shelf.Count; i++)
        {
            var entry = list.AsSpan(i * Entry, Entry);
            var board = _shelf[i % _shelf.Count];
            lock (board.Gate)
            {
                // A program that looks for devices is not so quick that a chip would still be starting.
                board.Board.DfuWhenItHasStarted();
                (entry[0], entry[1], entry[2], entry[3]) = ((byte)i, 1, (byte)(i + 2), (byte)(i + 1));
                if (Device(i) is not { } device)
                {
                    continue;
                }

                (entry[4], entry[5]) = ((byte)device.Identity.Speed, 1);
                var configuration = device.Descriptors.Configuration;
                BinaryPrimitives.WriteUInt16LittleEndian(entry[6..], (ushort)configuration.Length);
                device.Descriptors.Device.CopyTo(entry[8..]);
                configuration.CopyTo(entry[26..]);
            }
        }

        return list;
    }
}
