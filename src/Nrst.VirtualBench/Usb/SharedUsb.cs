namespace Nrst.VirtualBench.Usb;

/// <summary>
/// The USB of one computer, with virtual boards on it that are used at once, each by a thread of its own. What they take from each other is time
/// on the bus, and it is the same in every run: no clock but the boards' own is looked at.
/// </summary>
/// <remarks>
/// Every board has a clock of its own and a seat here. A packet is carried when no seat can ask for an earlier one any more: each has asked and waits, has
/// come further on its clock, or was given up. So a seat that is neither used nor given up holds all others.
/// A hub hangs on the bus at high speed and has one translator, which all full-speed devices behind it share. One that is in a socket
/// of the computer shares with nobody. What a busy translator takes of the bus above it is left out: about a twentieth.
/// </remarks>
public sealed class SharedUsb
{
    private readonly Lock _gate = new();
    private readonly UsbSeat[] _seats;
    private readonly UsbSegment _root = UsbSegment.HighSpeed();
    private readonly Dictionary<string, UsbSegment> _hubs = [];

    /// <param name="seats">One for each board that will be used; all begin at the same moment.</param>
    public SharedUsb(int seats) => _seats = [.. Enumerable.Range(0, seats).Select(number => new UsbSeat(this, number))];

    public UsbSeat Seat(int number) => _seats[number];

    /// <summary>What a device at this place shares; null where it has it for itself.</summary>
    internal UsbSegment? Segment(UsbSpeed speed, string? hub)
    {
        lock (_gate)
        {
            return speed == UsbSpeed.High ? _root
                : hub is null ? null
                : _hubs.TryGetValue(hub, out var known) ? known : _hubs[hub] = UsbSegment.FullSpeed();
        }
    }

    /// <summary>Waits until the transfer is over.</summary>
    internal void Transfer(UsbSeat seat, UsbSegment segment, long at, int bytes)
    {
        lock (_gate)
        {
            seat.IsAhead = false;
            segment.Ask(seat.Number, at, bytes);
            Carry();
        }

        seat.Over.Wait();
    }

    internal void Leave(UsbSeat seat)
    {
        lock (_gate)
        {
            seat.IsAhead = false;
            Carry();
        }
    }

    private void Carry()
    {
        while (NextToCarry() is { } segment)
        {
            if (segment.Carry() is var (number, end))
            {
                var seat = _seats[number];
                (seat.Now, seat.IsAhead) = (end, true);
                seat.Over.Release();
            }
        }
    }

    /// <summary>Null where somebody may still ask for something that goes before.</summary>
    private UsbSegment? NextToCarry()
    {
        var (next, start) = (_root, _root.NextStart);
        foreach (var hub in _hubs.Values)
        {
            if (hub.NextStart is var other && other < start)
            {
                (next, start) = (hub, other);
            }
        }

        return start < long.MaxValue && Array.TrueForAll(_seats, seat => !seat.IsAhead || seat.Now > start) ? next : null;
    }
}
