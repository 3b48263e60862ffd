namespace Nrst.Flash;

/// <summary>
/// Looks at sectors through a loader in the ROM, which takes as long to read as to write: where not everything is asked for, no further than to the
/// first byte that says that the sector has to be erased. Such a byte is remembered, for it has to be gone after the erase.
/// </summary>
internal sealed class RomSurvey(RomTarget target)
{
    private const int MuchLess = 4;

    private readonly IRomLoader _loader = target.Loader;
    private readonly RomHash _hash = new(target);
    private readonly Dictionary<Address, Address> _used = [];

    private readonly List<OldPiece> _old = [];

    // The last sector looked at held something else, and so probably does the next.
    private bool _differs = true;

    // Sectors can be smaller than what a loader reads at once: the last block is still at hand for the next of them.
    private AddressRange? _at;
    private byte[] _block = [];

    /// <summary>By the first address of a sector: a byte in it that was not blank. Sectors that were seen blank have none.</summary>
    public IReadOnlyDictionary<Address, Address> Used => _used;

    /// <summary>All that was read, in order.</summary>
    public IReadOnlyList<OldPiece> Old => _old;

    /// <summary>What was read is forgotten: the flash may have changed.</summary>
    public void Forget() => _at = null;

    /// <param name="present">Each run as it should be there, its holes filled.</param>
    /// <param name="everything">The whole sector; else no more than the places where the image lies.</param>
    public SectorKnowledge Look(WantedSector wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel)
    {
        if (everything || wanted.Runs.Count == 0)
        {
            var content = Fetch(wanted.Sector.Range, cancel);
            Note(wanted, wanted.Sector.Range.Start, content);
            _old.Add(new OldPiece(wanted.Sector.Range, content, 0));
            return SectorKnowledge.Of(wanted, content);
        }

        var runs = new List<RunState>();
        var before = _old.Count;
        foreach (var run in wanted.Runs)
        {
            if (runs.Exists(state => state.Match == RunMatch.Differs))
            {
                runs.Add(new RunState(RunMatch.Differs, run.Start)); // or not: the sector is erased anyway
                continue;
            }

            var now = UpToTheFirstOther(run, present[run], wanted.Grain, cancel);
            Note(wanted, run.Start, now);
            _old.Add(new OldPiece(new AddressRange(run.Start, (uint)now.Length), now, 0));
            runs.Add(now.Length == run.Data.Length ? SectorKnowledge.Compare(run, now, wanted.Grain) : new RunState(RunMatch.Differs, run.Start));
            _differs = runs[^1].Match == RunMatch.Differs;
        }

        return new SectorKnowledge(wanted.Sector, runs, []) { IsComplete = false, Old = _old[before..] };
    }

    /// <summary>All of a run, or as much of it as ends behind a byte that cannot become what is wanted without an erase.</summary>
    private byte[] UpToTheFirstOther(WantedRun run, byte[] present, FlashGrain grain, CancellationToken cancel)
    {
        var mayBeThere = true;
        if (_differs && _loader.Glance * MuchLess < Math.Min(_loader.Block, run.Data.Length) && _at?.Contains(run.Start) != true)
        {
            cancel.ThrowIfCancellationRequested();
            var glance = new byte[_loader.Glance];
            _loader.Read(run.Start, glance);
            if (IsOther(run, 0, glance, grain))
            {
                return glance;
            }

            mayBeThere = glance.AsSpan().ContainsAnyExcept(grain.Erased);
        }

        if (mayBeThere && run.Data.Length > _loader.Block && _hash.Agrees(run.Start, present, cancel))
        {
            return present;
        }

        var now = new List<byte>();
        while (now.Count < run.Data.Length)
        {
            var at = run.Start + (uint)now.Count;
            var piece = Fetch(new AddressRange(at, Math.Min((uint)(run.Data.Length - now.Count), ToBorder(at))), cancel);
            var other = IsOther(run, now.Count, piece, grain);
            now.AddRange(piece);
            if (other)
            {
                break;
            }
        }

        return [.. now];
    }

    /// <summary>There is a byte that is neither blank nor what is wanted.</summary>
    private bool IsOther(WantedRun run, int from, byte[] piece, FlashGrain grain)
    {
        for (var i = 0; i < piece.Length; i++)
        {
            var place = from + i;
            if (piece[i] != run.Data[place] && piece[i] != grain.Erased && !run.Holes.Contains(place) && IsSo(run.Start + (uint)place, piece.AsSpan(i)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Over a line without checksums a byte that is not as it should be is read again before it is believed.</summary>
    private bool IsSo(Address at, Span<byte> seen)
    {
        if (!_loader.ReadsUnchecked)
        {
            return true;
        }

        Span<byte> again = stackalloc byte[Math.Min(4, seen.Length)];
        _loader.Read(at, again);
        var same = again[0] == seen[0];
        seen[0] = again[0];
        return same;
    }

    private void Note(WantedSector wanted, Address at, ReadOnlySpan<byte> now)
    {
        if (now.IndexOfAnyExcept(wanted.Grain.Erased) is >= 0 and var used)
        {
            _used.TryAdd(wanted.Sector.Range.Start, at + (uint)used);
        }
    }

    private byte[] Fetch(AddressRange range, CancellationToken cancel)
    {
        var bytes = new byte[range.Length];
        for (var done = 0; done < bytes.Length;)
        {
            var at = range.Start + (uint)done;
            if (_at is not { } here || !here.Contains(at))
            {
                cancel.ThrowIfCancellationRequested();
                here = BlockOf(at);
                _at = null;
                _block = new byte[here.Length];
                _loader.Read(here.Start, _block);
                _at = here;
            }

            var from = (int)(at - here.Start);
            var take = Math.Min(bytes.Length - done, _block.Length - from);
            _block.AsSpan(from, take).CopyTo(bytes.AsSpan(done));
            done += take;
        }

        return bytes;
    }

    /// <summary>From the address to the next border of a block, and no further than the flash goes: some loaders die beyond its end.</summary>
    private AddressRange BlockOf(Address at)
    {
        var length = ToBorder(at);
        return target.Layout.FirstOutside(new AddressRange(at, length)) is { } outside ? new AddressRange(at, outside - at) : new AddressRange(at, length);
    }

    private uint ToBorder(Address at) => (uint)_loader.Block - (at.Value % (uint)_loader.Block);
}
