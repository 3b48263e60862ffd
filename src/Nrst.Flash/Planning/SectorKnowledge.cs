namespace Nrst.Flash;

/// <summary>How the chip's bytes compare with one run of the image.</summary>
public enum RunMatch
{
    /// <summary>They are the same.</summary>
    Holds,

    /// <summary>The same up to an address and blank from there on (blank throughout, where the address is the start).</summary>
    Appendable,

    Differs,
}

/// <param name="From">Where programming would begin; has a meaning for <see cref="RunMatch.Appendable"/> only.</param>
public sealed record RunState(RunMatch Match, Address From);

/// <summary>What was seen in a sector before anything was changed.</summary>
/// <param name="Runs">One for each run of the image in this sector, in order.</param>
/// <param name="Other">From the first to the last byte that is not blank, in every stretch the image does not speak of.</param>
public sealed record SectorKnowledge(FlashSector Sector, IReadOnlyList<RunState> Runs, IReadOnlyList<AddressRange> Other)
{
    public bool Holds => Runs.All(run => run.Match == RunMatch.Holds);

    public bool NeedsNoErase => Runs.All(run => run.Match != RunMatch.Differs);

    /// <summary>At most this many bytes of other data; blank bytes between others count.</summary>
    public long OtherBytes => Other.Sum(range => (long)range.Length);

    /// <summary>False where reading ended as soon as it was clear that the sector has to be erased, or left out what the image does not speak of.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>What was seen, for a proof that fails to be compared with.</summary>
    internal IReadOnlyList<OldPiece> Old { get; init; } = [];

    /// <summary>Compares a sector's bytes with what the image wants there.</summary>
    /// <param name="content">The whole sector.</param>
    public static SectorKnowledge Of(WantedSector wanted, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        if (content.Length != wanted.Sector.Range.Length)
        {
            throw new ArgumentException("The content must be the whole sector.", nameof(content));
        }

        var runs = new List<RunState>();
        var other = new List<AddressRange>();
        foreach (var run in wanted.Runs)
        {
            var now = content.Slice((int)(run.Start - wanted.Sector.Range.Start), run.Data.Length);
            runs.Add(Compare(run, now, wanted.Grain));
            AddHoles(other, run, now, wanted.Grain);
        }

        foreach (var gap in wanted.Gaps)
        {
            var now = content.Slice((int)(gap.Start - wanted.Sector.Range.Start), (int)gap.Length);
            if (!wanted.Grain.IsBlank(now))
            {
                var first = now.IndexOfAnyExcept(wanted.Grain.Erased);
                var last = now.LastIndexOfAnyExcept(wanted.Grain.Erased);
                other.Add(new AddressRange(gap.Start + (uint)first, (uint)(last - first + 1)));
            }
        }

        return new SectorKnowledge(wanted.Sector, runs, [.. other.OrderBy(range => range.Start)])
        {
            Old = [new OldPiece(wanted.Sector.Range, content.ToArray(), 0)],
        };
    }

    /// <summary>Bytes in the units of a run that the image does not speak of, where they are not blank.</summary>
    internal static void AddHoles(List<AddressRange> other, WantedRun run, ReadOnlySpan<byte> now, FlashGrain grain)
    {
        foreach (var hole in run.Holes)
        {
            if (now[hole] != grain.Erased)
            {
                other.Add(new AddressRange(run.Start + (uint)hole, 1));
            }
        }
    }

    internal static RunState Compare(WantedRun run, ReadOnlySpan<byte> now, FlashGrain grain)
    {
        var wanted = run.Data.AsSpan().ToArray();
        foreach (var hole in run.Holes)
        {
            wanted[hole] = now[hole];
        }

        if (now.SequenceEqual(wanted))
        {
            return new RunState(RunMatch.Holds, run.Start);
        }

        var used = grain.Up(now.LastIndexOfAnyExcept(grain.Erased) + 1); // a unit that is not all blank cannot be added to
        return now[..used].SequenceEqual(wanted.AsSpan(0, used))
            ? new RunState(RunMatch.Appendable, run.Start + (uint)used)
            : new RunState(RunMatch.Differs, run.Start);
    }
}
