namespace Nrst.Flash;

/// <summary>Bytes to be written, whole units.</summary>
internal readonly record struct Writing(Address At, ReadOnlyMemory<byte> Data)
{
    public AddressRange Range => new(At, (uint)Data.Length);

    /// <summary>Writings that follow one another, across the border of two sectors too, as one.</summary>
    public static IEnumerable<Writing> Merge(IEnumerable<Writing> writings)
    {
        var parts = new List<Writing>();
        foreach (var writing in writings)
        {
            if (parts.Count > 0 && parts[^1].Range.Last + 1 != writing.At)
            {
                yield return Join(parts);
                parts.Clear();
            }

            parts.Add(writing);
        }

        if (parts.Count > 0)
        {
            yield return Join(parts);
        }
    }

    private static Writing Join(List<Writing> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var data = new byte[parts.Sum(part => part.Data.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Data.CopyTo(data.AsMemory(at));
            at += part.Data.Length;
        }

        return new Writing(parts[0].At, data);
    }
}

/// <summary>Bytes that must be there in the end, whole words.</summary>
internal sealed record Expectation(Address At, ReadOnlyMemory<byte> Data)
{
    public AddressRange Range => new(At, (uint)Data.Length);
}

/// <summary>What is done to one sector, with the bytes in hand.</summary>
internal sealed record SectorWork(FlashSector Sector, bool Erase, IReadOnlyList<Writing> Writes)
{
    // A blank stretch shorter than this costs less to send along than a command of its own.
    private const int ShortestSkip = 256;

    public long Bytes => Writes.Sum(writing => (long)writing.Data.Length);

    /// <summary>The parts of a stretch that are not blank, as few and long as makes sense.</summary>
    public static IEnumerable<Writing> NotBlank(Address at, ReadOnlyMemory<byte> data, FlashGrain grain)
    {
        for (var from = 0; from < data.Length;)
        {
            var start = data.Span[from..].IndexOfAnyExcept(grain.Erased);
            if (start < 0)
            {
                yield break;
            }

            from = grain.Down(from + start);
            var to = from;
            while (to < data.Length && NextUsed(data.Span, to, grain.Erased) is { } used && used - to < ShortestSkip)
            {
                to = grain.Down(used) + (int)grain.Unit;
            }

            yield return new Writing(at + (uint)from, data[from..to]);
            from = to;
        }
    }

    private static int? NextUsed(ReadOnlySpan<byte> data, int from, byte erased)
    {
        var used = data[from..].IndexOfAnyExcept(erased);
        return used < 0 ? null : from + used;
    }
}
