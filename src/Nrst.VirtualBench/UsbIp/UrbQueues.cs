using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.UsbIp;

/// <summary>The transfers that a host has under way with a device: what a host controller does.</summary>
/// <remarks>
/// Transfers of one endpoint are done in the order in which they came, each endpoint by itself; a NAK leaves a transfer where it is.
/// Not safe for several threads.
/// </remarks>
/// <param name="isAhead">The board's time is ahead of its host's: nothing may come of a bulk transfer yet.</param>
/// <param name="completed">Takes the messages to the host, in order.</param>
internal sealed class UrbQueues(UsbDevice device, Func<bool> isAhead, Action<byte[]> completed)
{
    private readonly SortedDictionary<byte, LinkedList<Urb>> _pending = [];

    // Requests that the device is too busy to answer yet.
    private readonly LinkedList<Urb> _control = [];

    /// <summary>There is no device any more.</summary>
    public bool IsGone { get; private set; }

    public void Submit(Urb urb)
    {
        if (urb.Endpoint == 0)
        {
            _control.AddLast(urb);
        }
        else if (device.Endpoint(urb.Address) is null)
        {
            completed(urb.Return(UrbStatus.Stalled, 0));
        }
        else
        {
            if (!_pending.TryGetValue(urb.Address, out var queue))
            {
                _pending[urb.Address] = queue = new LinkedList<Urb>();
            }

            queue.AddLast(urb);
        }

        Pump();
    }

    /// <param name="seqnum">Of the request to unlink.</param>
    /// <param name="victim">Of the transfer that is to end.</param>
    public void Unlink(uint seqnum, uint victim)
    {
        if (_control.FirstOrDefault(urb => urb.Seqnum == victim) is { } waiting)
        {
            _control.Remove(waiting);
            completed(Urb.ReturnUnlink(seqnum, UrbStatus.Unlinked));
            return;
        }

        foreach (var (address, queue) in _pending)
        {
            if (queue.FirstOrDefault(urb => urb.Seqnum == victim) is { } found)
            {
                queue.Remove(found);
                device.HostGaveUp(address);
                completed(Urb.ReturnUnlink(seqnum, UrbStatus.Unlinked));
                Pump();
                return;
            }
        }

        completed(Urb.ReturnUnlink(seqnum, UrbStatus.Done));
    }

    /// <summary>Lets every endpoint go on as far as it can.</summary>
    public void Pump()
    {
        bool moved;
        do
        {
            moved = false;
            while (!IsGone && _control.First is { Value: var request } && Control(request))
            {
                _control.RemoveFirst();
                moved = true;
            }

            foreach (var queue in _pending.Values)
            {
                while (!IsGone && queue.First is { Value: var urb } && !isAhead() && (urb.ToHost ? In(urb) : Out(urb)))
                {
                    queue.RemoveFirst();
                    moved = true;
                }
            }
        }
        while (moved);
    }

    private bool Control(Urb urb)
    {
        var setup = UsbSetup.Parse(urb.Setup);
        if (setup.ToHost != urb.ToHost && setup.Length > 0)
        {
            completed(urb.Return(UrbStatus.Stalled, 0));
            return true;
        }

        var data = urb.ToHost ? [] : urb.Buffer.AsSpan(0, Math.Min(urb.Buffer.Length, setup.Length));
        var answer = device.Control(setup, data);
        IsGone |= answer.IsGone;
        if (answer.IsGone || answer.IsLater)
        {
            return false;
        }

        if (answer.Stalled)
        {
            completed(urb.Return(UrbStatus.Stalled, 0));
        }
        else if (!urb.ToHost)
        {
            completed(urb.Return(UrbStatus.Done, data.Length));
        }
        else if (answer.Data.Length > urb.Buffer.Length)
        {
            answer.Data.AsSpan(0, urb.Buffer.Length).CopyTo(urb.Buffer);
            completed(urb.Return(UrbStatus.Overflow, urb.Buffer.Length));
        }
        else
        {
            answer.Data.CopyTo(urb.Buffer, 0);
            completed(urb.Return(StatusOf(urb, answer.Data.Length), answer.Data.Length));
        }

        return true;
    }

    private bool Out(Urb urb)
    {
        switch (device.Take(urb.Address, urb.Buffer))
        {
            case UsbHandshake.Ack:
                completed(urb.Return(UrbStatus.Done, urb.Buffer.Length));
                return true;
            case UsbHandshake.Stall:
                completed(urb.Return(UrbStatus.Stalled, 0));
                return true;
            case UsbHandshake.Gone:
                IsGone = true;
                return false;
            default:
                return false;
        }
    }

    private bool In(Urb urb)
    {
        var whole = device.Endpoint(urb.Address)!.MaxPacket;
        while (true)
        {
            switch (device.Give(urb.Address, out var packet))
            {
                case UsbHandshake.Ack:
                    break;
                case UsbHandshake.Stall:
                    completed(urb.Return(UrbStatus.Stalled, urb.Filled));
                    return true;
                case UsbHandshake.Gone:
                    IsGone = true;
                    return false;
                default:
                    return false;
            }

            var room = urb.Buffer.Length - urb.Filled;
            packet.Span[..Math.Min(room, packet.Length)].CopyTo(urb.Buffer.AsSpan(urb.Filled));
            urb.Filled += Math.Min(room, packet.Length);
            if (packet.Length > room)
            {
                completed(urb.Return(UrbStatus.Overflow, urb.Filled));
                return true;
            }

            if (packet.Length < whole || urb.Filled == urb.Buffer.Length)
            {
                completed(urb.Return(StatusOf(urb, urb.Filled), urb.Filled));
                return true;
            }
        }
    }

    private static UrbStatus StatusOf(Urb urb, int length) => length < urb.Buffer.Length && urb.WantsAll ? UrbStatus.TooShort : UrbStatus.Done;
}
