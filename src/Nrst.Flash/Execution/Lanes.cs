namespace Nrst.Flash;

/// <summary>What one lane writes next to what the other does: pieces of the same length, in turns of one unit.</summary>
internal readonly record struct SideBySide(Address First, Address Second, byte[] Data)
{
    /// <summary>Bytes from the first piece to the second, modulo 2³².</summary>
    public uint Apart => Second.Value - First.Value;

    public uint LaneBytes => (uint)Data.Length / 2;
}

/// <summary>Banks that the silicon erases and programs at the same time.</summary>
internal static class Lanes
{
    /// <summary>The work of each lane, in order.</summary>
    public static List<SectorWork>[] Of(IReadOnlyList<SectorWork> work, IReadOnlyList<AddressRange> lanes) =>
        [.. lanes.Select(lane => work.Where(sector => lane.Contains(sector.Sector.Range.Start)).ToList())];

    /// <summary>Writings of two lanes as far as both have something, in pieces, and what is left of the one that has more.</summary>
    /// <param name="most">Bytes of a piece, both lanes together: a multiple of two units.</param>
    public static (IReadOnlyList<SideBySide> Pairs, IReadOnlyList<Writing> Left) Zip(IReadOnlyList<Writing> first, IReadOnlyList<Writing> second, int unit, int most)
    {
        var pairs = new List<SideBySide>();
        var (one, other) = (new Queue<Writing>(first), new Queue<Writing>(second));
        var (a, b) = (Next(one), Next(other));
        while (a.Data.Length > 0 && b.Data.Length > 0)
        {
            var length = Math.Min(Math.Min(a.Data.Length, b.Data.Length), most / 2);
            pairs.Add(new SideBySide(a.At, b.At, Interleave(a.Data.Span[..length], b.Data.Span[..length], unit)));
            (a, b) = (After(a, length, one), After(b, length, other));
        }

        return (pairs, [.. Rest(a, one), .. Rest(b, other)]);
    }

    private static byte[] Interleave(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, int unit)
    {
        var data = new byte[first.Length * 2];
        for (var at = 0; at < first.Length; at += unit)
        {
            first.Slice(at, unit).CopyTo(data.AsSpan(2 * at));
            second.Slice(at, unit).CopyTo(data.AsSpan((2 * at) + unit));
        }

        return data;
    }

    private static Writing After(Writing writing, int length, Queue<Writing> queue) =>
        length < writing.Data.Length ? new Writing(writing.At + (uint)length, writing.Data[length..]) : Next(queue);

    private static Writing Next(Queue<Writing> queue) => queue.TryDequeue(out var next) ? next : default;

    private static IEnumerable<Writing> Rest(Writing writing, Queue<Writing> queue) => writing.Data.Length > 0 ? queue.Prepend(writing) : [];
}
