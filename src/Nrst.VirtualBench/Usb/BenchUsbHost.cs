using Nrst.VirtualBench.Boards;

namespace Nrst.VirtualBench.Usb;

/// <summary>The USB of one program that has the bench for a libusb: devices it opened, and the time it lives in.</summary>
/// <remarks>
/// A transfer takes what it takes on the bench; a sleep of the program, if it comes here, takes just that. Every board has a clock of its own,
/// so a board is brought up to the program's time before it is spoken to. Not safe for several threads.
/// </remarks>
internal sealed partial class BenchUsbHost : IDisposable
{
    /// <summary>How often a host that waits looks whether the device has something to say by now.</summary>
    private const long LookEvery = 1_000_000;

    /// <summary>A transfer without a time-out ends after this all the same.</summary>
    private const long LongestWait = 60_000_000_000;

    private readonly BoardShelf _shelf;
    private readonly Func<int, UsbDevice?> _devices;
    private readonly Dictionary<int, (ExportedBoard Board, long Offset)> _open = [];

    /// <param name="devices">The probes of the shelf, and behind them the chips' own connectors; null where nothing is plugged in.</param>
    public BenchUsbHost(BoardShelf shelf, Func<int, UsbDevice?> devices) => (_shelf, _devices) = (shelf, devices);

    /// <summary>Nanoseconds since the program came.</summary>
    public long Now { get; private set; }

    /// <summary>The program's sleeps come here; if not, its silence is taken for sleep, and real time is the better choice.</summary>
    public bool SleepsHere { get; set; }

    /// <summary>In real time, how long an answer has to wait so as not to come before its time.</summary>
    public TimeSpan Ahead => _open.Values.Select(open => open.Board.Ahead).Concat(_serial.Values.Select(port => port.Board.Ahead)).DefaultIfEmpty().Max();

    public int Open(int index)
    {
        if (_open.ContainsKey(index))
        {
            return LibUsbError.Busy;
        }

        if (_devices(index) is null)
        {
            return LibUsbError.NoDevice;
        }

        var board = IsProbe(index) ? _shelf.Take(index)?.Board : _shelf.TakeDfu(index - _shelf.Count);
        if (board is null)
        {
            return LibUsbError.Busy;
        }

        _open.Add(index, (board, Now - board.Board.VirtualClock.Nanoseconds));
        return 0;
    }

    public int Close(int index)
    {
        if (_open.Remove(index, out var open))
        {
            if (IsProbe(index))
            {
                _shelf.Return(open.Board);
            }
            else
            {
                _shelf.ReturnDfu(open.Board);
            }
        }

        return 0;
    }

    public void Sleep(long nanoseconds)
    {
        Now += nanoseconds;
        foreach (var (board, offset) in _open.Values.Concat(_serial.Values.Select(port => (port.Board, port.Offset))))
        {
            lock (board.Gate)
            {
                CatchUp(board, offset);
            }
        }
    }

    public int Reset(int index) => On(index, device =>
    {
        device.Reset();
        return 0;
    });

    public int Control(int index, UsbSetup setup, byte[] data, long patience, out byte[] answer)
    {
        var found = UsbAnswer.Stall;
        var result = On(index, device =>
        {
            var until = Until(index, patience);
            _open[index].Board.Board.VirtualClock.Advance(device.Identity.ControlTime?.Invoke(setup.Length) ?? Probes.ProbeModel.CallNs, TimeKind.Usb);
            do
            {
                found = device.Control(setup, data);
            }
            while (found.IsLater && Look(index, device, until));
            return found.IsGone ? LibUsbError.NoDevice
                : found.IsLater ? LibUsbError.Timeout
                : found.Stalled ? LibUsbError.Pipe
                : setup.ToHost ? found.Data.Length : data.Length;
        });
        answer = setup.ToHost && result > 0 ? found.Data : [];
        return result;
    }

    /// <param name="queued">The program had it ready behind another transfer.</param>
    public int Out(int index, byte endpoint, byte[] data, long patience, bool queued) => On(index, device =>
    {
        var until = Until(index, patience);
        while (true)
        {
            switch (device.Endpoint(endpoint) is null ? UsbHandshake.Stall : queued ? device.TakeQueued(endpoint, data) : device.Take(endpoint, data))
            {
                case UsbHandshake.Ack:
                    return data.Length;
                case UsbHandshake.Stall:
                    return LibUsbError.Pipe;
                case UsbHandshake.Gone:
                    return LibUsbError.NoDevice;
                case UsbHandshake.Nak when !Look(index, device, until):
                    return LibUsbError.Timeout;
            }
        }
    });

    public int In(int index, byte endpoint, byte[] into, long patience) => On(index, device =>
    {
        var (until, filled) = (Until(index, patience), 0);
        if (device.Endpoint(endpoint) is not { } place)
        {
            return LibUsbError.Pipe;
        }

        while (true)
        {
            switch (device.Give(endpoint, out var packet))
            {
                case UsbHandshake.Stall:
                    return LibUsbError.Pipe;
                case UsbHandshake.Gone:
                    return LibUsbError.NoDevice;
                case UsbHandshake.Nak when Look(index, device, until):
                    continue;
                case UsbHandshake.Nak:
                    device.HostGaveUp(endpoint);
                    return LibUsbError.Timeout;
            }

            if (packet.Length > into.Length - filled)
            {
                return LibUsbError.Overflow;
            }

            packet.Span.CopyTo(into.AsSpan(filled));
            filled += packet.Length;
            if (packet.Length < place.MaxPacket || filled == into.Length)
            {
                return filled;
            }
        }
    });

    public void Dispose()
    {
        foreach (var index in _open.Keys.ToArray())
        {
            Close(index);
        }

        foreach (var index in _serial.Keys.ToArray())
        {
            CloseSerial(index);
        }
    }

    private bool IsProbe(int index) => index < _shelf.Count;

    private int On(int index, Func<UsbDevice, int> act)
    {
        if (!_open.TryGetValue(index, out var open) || (IsProbe(index) && !open.Board.IsPlugged))
        {
            return LibUsbError.NoDevice;
        }

        lock (open.Board.Gate)
        {
            if (!SleepsHere)
            {
                open.Board.LiveThroughSilence();
                Now = Math.Max(Now, open.Board.Board.VirtualClock.Nanoseconds + open.Offset);
            }

            CatchUp(open.Board, open.Offset);
            var result = _devices(index) is { } device ? act(device) : LibUsbError.NoDevice;
            Now = open.Board.Board.VirtualClock.Nanoseconds + open.Offset;
            open.Board.BeginToFollow();
            return result;
        }
    }

    /// <summary>The board lives up to the program's time.</summary>
    private void CatchUp(ExportedBoard board, long offset)
    {
        var behind = Now - offset - board.Board.VirtualClock.Nanoseconds;
        if (behind > 0)
        {
            board.Board.VirtualClock.Advance(behind, TimeKind.Host);
        }
    }

    /// <param name="patience">In milliseconds; 0 stands for ever.</param>
    private long Until(int index, long patience) =>
        _open[index].Board.Board.VirtualClock.Nanoseconds + (patience == 0 ? LongestWait : patience * 1_000_000);

    /// <summary>Waits a little for a device that said NAK; false when the host's patience is at its end.</summary>
    private bool Look(int index, UsbDevice device, long until)
    {
        var board = _open[index].Board.Board;
        if (board.VirtualClock.Nanoseconds >= until)
        {
            return false;
        }

        board.VirtualClock.Advance(Math.Min(LookEvery, until - board.VirtualClock.Nanoseconds), TimeKind.Usb);
        board.Chip.RunUntil(board.VirtualClock.Nanoseconds);
        device.Advance();
        return true;
    }
}

/// <summary>The error numbers of libusb-1.0.</summary>
internal static class LibUsbError
{
    public const int NoDevice = -4;
    public const int Busy = -6;
    public const int Timeout = -7;
    public const int Overflow = -8;
    public const int Pipe = -9;
    public const int Other = -99;
}
