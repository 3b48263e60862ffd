namespace Nrst.VirtualBench.Usb;

/// <summary>What carries one packet at a time, for all who hang on it: the bus of a computer, or the part of it behind a hub's translator.</summary>
/// <param name="packetBytes">The most that a packet of a bulk transfer holds.</param>
/// <param name="overheadBytes">What goes over the wire with each packet. USB 2.0, "Bulk Transfer Bus Access Constraints".</param>
/// <param name="packetNs">Nanoseconds of a full packet, the next one after it.</param>
internal sealed class UsbSegment(int packetBytes, int overheadBytes, long packetNs)
{
    private readonly List<Transfer> _waiting = [];
    private long _freeAt;
    private int _last = -1;

    /// <summary>Full speed, 1.0 MB/s. Of 19 packets that fit into a frame by the standard, computers use about 16.</summary>
    public static UsbSegment FullSpeed() => new(64, 13, 64_000);

    /// <summary>High speed, 35 MB/s.</summary>
    public static UsbSegment HighSpeed() => new(512, 55, 14_629);

    /// <summary>When the next packet begins; never where nobody has anything to send.</summary>
    public long NextStart => _waiting.Count == 0 ? long.MaxValue : Math.Max(_freeAt, _waiting.Min(one => one.At));

    /// <summary>What a transfer takes that has the bus for itself.</summary>
    public long Alone(int bytes)
    {
        var (full, rest) = (bytes / packetBytes, bytes % packetBytes);
        return (full * packetNs) + (rest > 0 || full == 0 ? PacketNs(rest) : 0);
    }

    /// <param name="seat">Whose it is. One seat has one transfer at a time.</param>
    public void Ask(int seat, long at, int bytes) => _waiting.Add(new Transfer(seat, at, bytes));

    /// <summary>Carries the next packet. Everybody who waits gets one in turn, as a host controller does it with bulk endpoints.</summary>
    /// <returns>The seat whose transfer ends with it, and when; null where it goes on.</returns>
    public (int Seat, long End)? Carry()
    {
        var start = NextStart;
        var next = _waiting.Where(one => one.At <= start).MinBy(one => (one.Seat <= _last, one.Seat))!;
        var bytes = Math.Min(next.Left, packetBytes);
        _freeAt = start + PacketNs(bytes);
        _last = next.Seat;
        next.Left -= bytes;
        if (next.Left > 0)
        {
            return null;
        }

        _waiting.Remove(next);
        return (next.Seat, _freeAt);
    }

    private long PacketNs(int bytes) => packetNs * (bytes + overheadBytes) / (packetBytes + overheadBytes);

    private sealed class Transfer(int seat, long at, int bytes)
    {
        public int Seat => seat;
        public long At => at;
        public int Left { get; set; } = bytes;
    }
}
