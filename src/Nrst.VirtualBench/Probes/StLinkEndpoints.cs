using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>The two endpoints of the debug interface: the answers that wait, the halts, and what a bad cable or firmware does to them.</summary>
internal sealed class StLinkEndpoints(int maxPacket, UsbFaults faults)
{
    private readonly LinkedList<ArraySegment<byte>> _answers = new();
    private readonly bool[] _halted = new bool[2];
    private byte[]? _late;
    private long _transfers;
    private long _answered;

    /// <summary>The cable has come loose.</summary>
    public bool IsGone => faults.UnplugAfter is { } limit && _transfers >= limit;

    /// <summary>A host begins a transfer, and learns what comes of it. A NAK is no transfer yet.</summary>
    public UsbHandshake Begin(bool toHost)
    {
        if (IsGone)
        {
            return UsbHandshake.Gone;
        }

        if (_halted[toHost ? 1 : 0])
        {
            return UsbHandshake.Stall;
        }

        if (toHost && _answers.Count == 0)
        {
            return UsbHandshake.Nak;
        }

        if (++_transfers == faults.StallAt)
        {
            _halted[toHost ? 1 : 0] = true;
            if (toHost)
            {
                _answers.RemoveFirst();
            }

            return UsbHandshake.Stall;
        }

        if (!toHost)
        {
            // Whoever sends the next command has stopped waiting for the answer before.
            HostGaveUp();
        }

        return UsbHandshake.Ack;
    }

    public void Answer(byte[] answer)
    {
        _answered++;
        if (_answered == faults.AnswerLostAt)
        {
            return;
        }

        if (_answered == faults.AnswerLateAt)
        {
            _late = answer;
            return;
        }

        _answers.AddLast(_answered == faults.AnswerShortAt ? Half(answer) : answer);
        if (_answered == faults.ExtraPacketAt)
        {
            _answers.AddLast(answer[..Math.Min(answer.Length, maxPacket)]);
        }
    }

    public ArraySegment<byte> Next()
    {
        var answer = _answers.First!.Value;
        _answers.RemoveFirst();
        return answer;
    }

    /// <summary>The rest of an answer that the host did not take at once.</summary>
    public void PutBack(ArraySegment<byte> rest) => _answers.AddFirst(rest);

    public void HostGaveUp()
    {
        if (_late is { } answer)
        {
            _late = null;
            _answers.AddLast(answer);
        }
    }

    public void ClearHalt(bool toHost) => _halted[toHost ? 1 : 0] = false;

    public void Forget()
    {
        _answers.Clear();
        _late = null;
        _halted.AsSpan().Clear();
    }

    /// <summary>Counting starts anew, for a cable that was pushed back in.</summary>
    public void PlugIn() => (_transfers, _answered) = (0, 0);

    /// <summary>About half, so that its last packet is a short one and ends the transfer.</summary>
    private byte[] Half(byte[] answer)
    {
        var half = answer.Length / 2;
        return answer[..(half > 0 && half % maxPacket == 0 ? half - 1 : half)];
    }
}
