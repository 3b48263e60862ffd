namespace Nrst.VirtualBench.Usb;

/// <summary>One board's place on a shared bus, for the thread that uses the board. It is given up when that ends, however it ends.</summary>
public sealed class UsbSeat : IDisposable
{
    private readonly SharedUsb _bus;
    private UsbSegment? _segment;
    private long _zero;
    private bool _left;

    internal UsbSeat(SharedUsb bus, int number) => (_bus, Number) = (bus, number);

    internal int Number { get; }

    /// <summary>How far this board has come, since all of them began. It asks for nothing earlier.</summary>
    internal long Now { get; set; }

    /// <summary>It is somewhere behind <see cref="Now"/>, and will ask or leave.</summary>
    internal bool IsAhead { get; set; } = true;

    /// <summary>The transfer that was asked for is over.</summary>
    internal SemaphoreSlim Over { get; } = new(0);

    /// <summary>The board's cable is put in, at this moment of the board's clock.</summary>
    /// <param name="hub">The hub it is put into; null for a socket of the computer.</param>
    internal void PlugIn(UsbSpeed speed, string? hub, long now)
    {
        _segment = _bus.Segment(speed, hub);
        _zero = now - Now;
        if (_segment is null)
        {
            Dispose();
        }
    }

    /// <summary>How much longer a transfer takes than it would alone, in nanoseconds. Returns when that is known.</summary>
    /// <param name="now">The board's clock when the host hands it over.</param>
    internal long Delay(long now, int bytes)
    {
        if (_left || _segment is null)
        {
            return 0;
        }

        // The probe's figures have the bus in them: a board may ask for more while its last packets are still under way, and loses nothing by it.
        var at = Math.Max(now - _zero, Now);
        _bus.Transfer(this, _segment, at, bytes);
        return Now - at - _segment.Alone(bytes);
    }

    /// <summary>Nobody waits for this board any more.</summary>
    public void Dispose()
    {
        if (!_left)
        {
            _left = true;
            _bus.Leave(this);
            Over.Dispose();
        }
    }
}
