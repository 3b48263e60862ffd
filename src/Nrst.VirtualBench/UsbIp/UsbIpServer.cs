using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Probes;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.UsbIp;

/// <summary>
/// Virtual probes as a USB/IP server of this machine offers them: a Linux kernel can attach them as if they were plugged in, and every
/// program on it can use them.
/// </summary>
/// <remarks>It listens on 127.0.0.1 from construction on. The protocol is that of the kernel's document "USB/IP protocol".</remarks>
public sealed class UsbIpServer : IDisposable
{
    private const ushort Version = 0x0111;
    private const ushort RequestDeviceList = 0x8005;
    private const ushort ReplyDeviceList = 0x0005;
    private const ushort RequestImport = 0x8003;
    private const ushort ReplyImport = 0x0003;

    private const uint Ok = 0;
    private const uint Busy = 2;
    private const uint NoSuchDevice = 4;
    private const uint Error = 5;

    private const int HeaderLength = 8;
    private const int BusIdLength = 32;

    private readonly TcpListener _listener;
    private readonly BoardShelf _shelf;
    private readonly UsbIpExport[] _exports;

    /// <param name="shelf">The boards; another server may offer them too.</param>
    /// <param name="port">0 picks a free one.</param>
    public UsbIpServer(BoardShelf shelf, int port = 0)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        _shelf = shelf;
        _exports = [.. Enumerable.Range(0, shelf.Count).Select(i => Probe(i, shelf[i])), .. Enumerable.Range(0, shelf.Count).Select(i => Chip(i, shelf[i]))];
        _listener = LoopbackListener.Start(port, "--usbip");
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What <c>usbip attach -b</c> needs for a board.</summary>
    public string BusId(string board) => Find(board).BusId;

    /// <summary>The same for the chip's own USB connector, where its bootloader is while BOOT0 is high.</summary>
    public string DfuBusId(string board) => Array.FindLast(_exports, export => export.Board.Board.Name == board)?.BusId ?? BusId(board);

    /// <summary>Serves until cancelled; then every client is let go and every board it used is saved.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var clients = new List<Task>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var client = await _listener.AcceptTcpClientAsync(stop).ConfigureAwait(false);
                clients.RemoveAll(done => done.IsCompleted);
                clients.Add(Task.Run(() => ServeAsync(client, stop), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how this ends.
        }

        await Task.WhenAll(clients).ConfigureAwait(false);
    }

    /// <summary>Pulls the cable of a board's probe: its host sees it go, and nobody can attach it before <see cref="Plug"/>.</summary>
    public void Unplug(string board)
    {
        var export = Find(board);
        export.Board.Unplug();
        export.Session?.Stop();
    }

    /// <summary>Puts the cable back. The host has to attach the probe again, as for any USB/IP device.</summary>
    public void Plug(string board)
    {
        var export = Find(board);
        lock (export.Board.Gate)
        {
            export.Board.Plug();
        }
    }

    public void Dispose() => _listener.Dispose();

    private UsbIpExport Find(string board) =>
        Array.Find(_exports, export => export.Board.Board.Name == board)
        ?? throw new ArgumentException($"No board is called '{board}' here.", nameof(board));

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            await using (stream.ConfigureAwait(false))
            {
                try
                {
                    await ConverseAsync(stream, stop).ConfigureAwait(false);
                }
                catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
                {
                    // The client went away or is out of step, or we are leaving.
                }
            }
        }
    }

    /// <remarks>Each request begins with <code>version16 | code16 | status32</code>, big-endian.</remarks>
    private async Task ConverseAsync(NetworkStream stream, CancellationToken stop)
    {
        var header = new byte[HeaderLength];
        await stream.ReadExactlyAsync(header, stop).ConfigureAwait(false);
        var code = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(2));
        if (BinaryPrimitives.ReadUInt16BigEndian(header) != Version || code is not (RequestDeviceList or RequestImport))
        {
            await stream.WriteAsync(Header((ushort)(code & 0x7FFF), Error), stop).ConfigureAwait(false);
            return;
        }

        if (code == RequestDeviceList)
        {
            await stream.WriteAsync(DeviceList(), stop).ConfigureAwait(false);
            return;
        }

        var busId = new byte[BusIdLength];
        await stream.ReadExactlyAsync(busId, stop).ConfigureAwait(false);
        var wanted = Encoding.ASCII.GetString(busId).TrimEnd('\0');
        if (Array.Find(_exports, export => export.BusId == wanted) is not { } found || Present(found) is not { } device)
        {
            await stream.WriteAsync(Header(ReplyImport, NoSuchDevice), stop).ConfigureAwait(false);
        }
        else if (found.IsProbe ? _shelf.Take(found.Index) is null : _shelf.TakeDfu(found.Index) is null)
        {
            await stream.WriteAsync(Header(ReplyImport, Busy), stop).ConfigureAwait(false);
        }
        else
        {
            await LendAsync(found, device, stream, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A probe whose cable was not put aside; a chip that is on the bus.</summary>
    private static UsbDevice? Present(UsbIpExport export)
    {
        lock (export.Board.Gate)
        {
            return export.IsProbe && export.Board.IsPutAside ? null : export.Device;
        }
    }

    private static UsbIpExport Probe(int index, ExportedBoard board)
    {
        var probe = ProbeOnUsb.Make(board.Board);
        return new UsbIpExport(index, board, isProbe: true, () => probe);
    }

    private static UsbIpExport Chip(int index, ExportedBoard board) => new(index, board, isProbe: false, board.Board.DfuWhenItHasStarted);

    private async Task LendAsync(UsbIpExport export, UsbDevice device, NetworkStream stream, CancellationToken stop)
    {
        try
        {
            using var session = new UsbIpSession(export.Board, device, stream, _shelf.Wall);
            export.Session = session;
            await stream.WriteAsync((byte[])[.. Header(ReplyImport, Ok), .. export.Record(device)], stop).ConfigureAwait(false);
            await session.RunAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            export.Session = null;
            if (export.IsProbe)
            {
                _shelf.Return(export.Board);
            }
            else
            {
                _shelf.ReturnDfu(export.Board);
            }
        }
    }

    private byte[] DeviceList()
    {
        var free = _exports
            .Where(export => export.IsProbe ? export.Board.IsPlugged && !_shelf.IsTaken(export.Index) : !_shelf.IsDfuTaken(export.Index))
            .Select(export => (Export: export, Device: Present(export))).Where(one => one.Device is not null).ToArray();
        var count = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(count, free.Length);
        return [.. Header(ReplyDeviceList, Ok), .. count, .. free.SelectMany(one => (byte[])[.. one.Export.Record(one.Device!), .. UsbIpExport.InterfaceCodes(one.Device!)])];
    }

    private static byte[] Header(ushort code, uint status)
    {
        var header = new byte[HeaderLength];
        BinaryPrimitives.WriteUInt16BigEndian(header, Version);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(2), code);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), status);
        return header;
    }
}
