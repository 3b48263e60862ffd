using System.Globalization;

namespace Nrst.Flash;

/// <summary>Everything through the loader in the ROM: all erases first, and each looked at before anything is programmed.</summary>
/// <remarks>
/// A loader may report as done what was never done. A flash is also told by the clock: what ends sooner than silicon can is said, beside the proof.
/// </remarks>
internal sealed class RomPath(RomTarget target, RomRoute route) : IFlashPath
{
    private const int LeastLook = 4;

    private readonly IRomLoader _loader = target.Loader;
    private readonly RomSurvey _survey = new(target);

    public bool UsesLoader => false;

    FlashRows? IFlashPath.Rows => null;

    public TimeSpan ErasedFor { get; private set; }

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel)
    {
        _survey.Forget();
        return [.. wanted.Select(sector => _survey.Look(sector, present, everything, cancel))];
    }

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        Survey([.. sectors.Select(sector => new WantedSector(sector, [], route.Grain))], new Dictionary<WantedRun, byte[]>(), everything: true, cancel).All(known => known.Other.Count == 0);

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var start = target.Clock.Now;
        EraseFor([.. work.Where(sector => sector.Erase).Select(sector => sector.Sector)], massErase, progress, cancel);
        RequireErased([.. work.Where(sector => sector is { Erase: true, Writes.Count: > 0 }).Select(sector => sector.Sector)], cancel);
        ErasedFor += target.Clock.Now - start;

        start = target.Clock.Now;
        var bytes = 0;
        // On some chips a sector is smaller than a block.
        foreach (var writing in Writing.Merge(work.SelectMany(sector => sector.Writes)))
        {
            for (var at = 0; at < writing.Data.Length;)
            {
                cancel.ThrowIfCancellationRequested();
                var size = Math.Min(ToBorder(writing.At + (uint)at), writing.Data.Length - at);
                _loader.Write(writing.At + (uint)at, writing.Data.Span.Slice(at, size), route.BlockLimit);
                progress.Programmed(size);
                at += size;
            }

            bytes += writing.Data.Length;
        }

        TellOfTime(bytes, target.Clock.Now - start);
    }

    /// <remarks>What the loader's checksum does not confirm at once is read: a checksum that is made otherwise is no fault of the flash.</remarks>
    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) =>
        new RomHash(target).Confirms(expected, cancel) ? [.. expected.Select(_ => true)] : null;

    public void ForgetCaches()
    {
    }

    public void End()
    {
    }

    public void Abandon()
    {
    }

    /// <summary>Blocks end on borders of their size, whatever the first address.</summary>
    private int ToBorder(Address at) => _loader.Block - (int)(at.Value % (uint)_loader.Block);

    private void EraseFor(IReadOnlyList<FlashSector> sectors, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        // Of a chip that is not in the device data all is one sector, for its pages and their numbers are not known.
        if (massErase || (route.CanEraseAll && sectors.Count == 1 && target.Layout.Sectors.Count() == 1))
        {
            _loader.EraseAll(route.TimeOfEraseAll().Limit);
            foreach (var sector in sectors)
            {
                progress.Erased(sector);
            }

            return;
        }

        var places = target.Layout.Sectors.OrderBy(sector => sector.Range.Start).Index().ToDictionary(pair => pair.Item.Range.Start, pair => (pair.Index, pair.Item));
        _loader.Erase(
            [.. sectors.Select(sector => sector with { Number = places[sector.Range.Start].Index })],
            sector => route.TimeOfErase(sector).Limit,
            sector => progress.Erased(places[sector.Range.Start].Item),
            cancel);
    }

    /// <summary>
    /// A loader that did not erase what it says it did is told by one byte of each sector, which was seen before and has to be gone: an erase is all of a
    /// sector or nothing. That all of it is what it should be, the proof at the end says.
    /// </summary>
    private void RequireErased(IReadOnlyList<FlashSector> sectors, CancellationToken cancel)
    {
        var places = sectors.Where(sector => _survey.Used.ContainsKey(sector.Range.Start))
            .Select(sector => (Sector: sector, At: Aligned(_survey.Used[sector.Range.Start]))).OrderBy(place => place.At).ToList();
        var stillThere = false;
        for (var first = 0; first < places.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            var last = first;
            while (last + 1 < places.Count && places[last + 1].At - places[last].At <= (uint)_loader.ReadOverhead
                && places[last + 1].At - places[first].At + LeastLook <= (uint)_loader.Block)
            {
                last++;
            }

            var now = new byte[places[last].At - places[first].At + LeastLook];
            _loader.Read(places[first].At, now);
            for (var i = first; i <= last; i++)
            {
                stillThere |= !IsBlank(places[i].At, now.AsSpan((int)(places[i].At - places[first].At), LeastLook));
            }

            first = last + 1;
        }

        // All that was seen of these sectors before, for the error to tell what is there now.
        var seen = stillThere ? _survey.Old.Where(piece => sectors.Any(sector => sector.Range.Contains(piece.Range.Start))).OrderBy(piece => piece.Range.Start).ToList() : [];
        if (stillThere && new FlashComparer(target, route.Grain, mayRun: false) { Silent = true }.Compare([.. seen.Select(Blank)], seen, cancel) is { } different)
        {
            throw StillThere(MismatchClassifier.Classify(different));
        }

        Expectation Blank(OldPiece piece)
        {
            var bytes = new byte[piece.Range.Length];
            bytes.AsSpan().Fill(route.Grain.Erased);
            return new Expectation(piece.Range.Start, bytes);
        }

        static Address Aligned(Address at) => new(at.Value & ~(LeastLook - 1u));
    }

    private bool IsBlank(Address at, Span<byte> now)
    {
        // Over a line without checksums what is not blank is read until it says the same twice.
        for (var used = now.IndexOfAnyExcept(route.Grain.Erased); used >= 0 && _loader.ReadsUnchecked;)
        {
            _loader.Read(at, now);
            var next = now.IndexOfAnyExcept(route.Grain.Erased);
            used = next == used ? -1 : next;
        }

        return route.Grain.IsBlank(now);
    }

    private ProofException StillThere(MismatchVerdict verdict)
    {
        var first = verdict.Mismatch.Ranges[0].Start;
        var sector = target.Layout.Sectors.First(sector => sector.Range.Contains(first));
        return new ProofException("NRST5501", first, verdict.Mismatch.Kind is MismatchKind.OldContents
            ? $"Sector {sector.Number} holds still the old contents at {first} after it was erased; nothing was programmed into it."
            : $"Sector {sector.Number} is not blank at {first} after it was erased; nothing was programmed into it.")
        {
            LikelyCause = "The loader passes over write-protected sectors without a word, or did not do the erase that it reported as done.",
            Evidence = [MismatchErrors.Places(verdict.Mismatch), .. verdict.Evidence],
            Remedies =
            [
                new Remedy("See whether option bytes protect the sector, with a debug probe.", "nrst info"),
                new Remedy("Power the board off and on, enter the loader again, and erase everything.", "nrst erase --all --probe dfu"),
            ],
            Mismatch = verdict.Mismatch,
        };
    }

    private void TellOfTime(int bytes, TimeSpan took)
    {
        if (bytes == 0)
        {
            return;
        }

        var least = route.TimeOfProgram(bytes / route.Access).Least;
        if (target.Device.Flash.Times.Burst is { } burst && target.Device.Flash.Burst is { } width)
        {
            var faster = burst.Typical * (bytes / (double)width) / 2;
            least = faster < least ? faster : least;
        }

        target.Listener?.Invoke(new JobEvent.Noticed(string.Create(
            CultureInfo.InvariantCulture,
            $"Programming {bytes:N0} bytes took {took.TotalSeconds:0.000} s; this flash needs {least.TotalSeconds:0.000} s at the least")
            + (took < least ? ", so not all of it can have been programmed." : ".")));
    }
}
