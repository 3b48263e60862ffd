using System.Buffers.Binary;
using System.Net.Sockets;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.UsbIp;

/// <summary>A host that has a device attached: its transfers come in, and what becomes of them goes out.</summary>
internal sealed class UsbIpSession : IDisposable
{
    private const int LongestTransfer = 1 << 20;
    private const uint NotIsochronous = uint.MaxValue;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(5);

    private readonly ExportedBoard _board;
    private readonly UsbDevice _device;
    private readonly NetworkStream _stream;
    private readonly TimeProvider _wall;
    private readonly UrbQueues _urbs;
    private readonly Queue<byte[]> _ready = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly CancellationTokenSource _gone = new();
    private readonly SemaphoreSlim _woken = new(0, 1);

    public UsbIpSession(ExportedBoard board, UsbDevice device, NetworkStream stream, TimeProvider wall)
    {
        (_board, _device, _stream, _wall) = (board, device, stream, wall);
        _urbs = new UrbQueues(device, () => board.Ahead > TimeSpan.Zero, _ready.Enqueue);
    }

    /// <summary>Until the host detaches the device, or the device goes.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop, _gone.Token);
        var living = LiveAsync(both.Token);
        try
        {
            await ListenAsync(both.Token).ConfigureAwait(false);
        }
        finally
        {
            Stop();
            await living.ConfigureAwait(false);
            lock (_board.Gate)
            {
                _device.Reset();
            }
        }
    }

    /// <summary>The cable comes loose.</summary>
    public void Stop()
    {
        try
        {
            _gone.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It was over already.
        }
    }

    public void Dispose()
    {
        _gone.Dispose();
        _sending.Dispose();
        _woken.Dispose();
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var header = new byte[Urb.HeaderLength];
        while (true)
        {
            await _stream.ReadExactlyAsync(header, stop).ConfigureAwait(false);
            switch ((UsbIpCommand)BinaryPrimitives.ReadUInt32BigEndian(header))
            {
                case UsbIpCommand.Submit:
                    var urb = await ReadUrbAsync(header, stop).ConfigureAwait(false);
                    Do(() => _urbs.Submit(urb));
                    break;
                case UsbIpCommand.Unlink:
                    var (seqnum, victim) = (Word(header, 4), Word(header, 20));
                    Do(() => _urbs.Unlink(seqnum, victim));
                    break;
                default:
                    throw new IOException("The client is out of step.");
            }

            await FlushAsync(stop).ConfigureAwait(false);
            if (_urbs.IsGone)
            {
                return;
            }

            if (_woken.CurrentCount == 0)
            {
                _woken.Release();
            }
        }
    }

    private async Task<Urb> ReadUrbAsync(byte[] header, CancellationToken stop)
    {
        var toHost = Word(header, 12) switch
        {
            0 => false,
            1 => true,
            _ => throw new IOException("The client is out of step."),
        };
        var (endpoint, length, packets) = (Word(header, 16), Word(header, 24), Word(header, 32));
        if (endpoint > 15 || length > LongestTransfer || packets is not (0 or NotIsochronous))
        {
            throw new IOException("The client is out of step.");
        }

        var buffer = new byte[length];
        if (!toHost)
        {
            await _stream.ReadExactlyAsync(buffer, stop).ConfigureAwait(false);
        }

        return new Urb(Word(header, 4), toHost, (int)endpoint, Word(header, 20), header[40..48], buffer);
    }

    /// <summary>
    /// Time that passes while the host is silent: the chip's, as long as something on the device is live; in real time also the time
    /// that the host has to wait for what the board has done already.
    /// </summary>
    private async Task LiveAsync(CancellationToken stop)
    {
        var following = false;
        try
        {
            while (true)
            {
                var live = Do(() => _device.IsLive);
                if (live && !following)
                {
                    _board.BeginToFollow();
                }

                following = live;

                // In whole milliseconds, as the system waits: less than one would be no waiting at all.
                var ahead = TimeSpan.FromMilliseconds(Math.Ceiling(_board.Ahead.TotalMilliseconds));
                if (live || ahead > TimeSpan.Zero)
                {
                    await Task.Delay(live ? s_tick : ahead, _wall, stop).ConfigureAwait(false);
                    Do(() =>
                    {
                        if (live)
                        {
                            _board.Follow();
                            _device.Advance();
                            if (_device.Presence == UsbPresence.Gone)
                            {
                                Stop(); // the host sees it go, whether or not it asks for anything more
                            }
                        }

                        _urbs.Pump();
                    });
                    await FlushAsync(stop).ConfigureAwait(false);
                }
                else
                {
                    await _woken.WaitAsync(stop).ConfigureAwait(false);

                    // A transfer that came too early for the board's time may find that it has come by now.
                    Do(_urbs.Pump);
                    await FlushAsync(stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
        {
            // The other end is gone; whoever listens to it notices too.
        }
    }

    private void Do(Action act)
    {
        lock (_board.Gate)
        {
            _board.LiveThroughSilence();
            act();
            _board.BeginToFollow(); // what the bench itself took is not the client's silence
        }
    }

    private T Do<T>(Func<T> ask)
    {
        lock (_board.Gate)
        {
            return ask();
        }
    }

    private async Task FlushAsync(CancellationToken stop)
    {
        await _sending.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            while (Do(() => _ready.TryDequeue(out var message) ? message : null) is { } message)
            {
                await _stream.WriteAsync(message, stop).ConfigureAwait(false);
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    private static uint Word(byte[] header, int at) => BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(at));
}
