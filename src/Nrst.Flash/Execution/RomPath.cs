using System.Globalization;

namespace Nrst.Flash;

/// <summary>Everything through the loader in the ROM: all erases first, and each looked at before anything is programmed.</summary>
/// <remarks>
/// A loader may report as done what was never done. A flash is also told by the clock: what ends sooner than silicon can is said, beside the proof.
/// </remarks>
internal sealed class RomPath(RomTarget target, RomRoute route) : IFlashPath
{
    private const int Piece = 4096; // a progress step, and at most this much after Ctrl-C

    private readonly IRomLoader _loader = target.Loader;
    private readonly List<OldPiece> _old = [];

    public bool UsesLoader => false;

    public FlashRows? Rows => null;

    public TimeSpan ErasedFor { get; private set; }

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, CancellationToken cancel)
    {
        var known = new List<SectorKnowledge>();
        foreach (var sector in wanted)
        {
            var content = new byte[sector.Sector.Range.Length];
            for (var at = 0; at < content.Length; at += Piece)
            {
                cancel.ThrowIfCancellationRequested();
                _loader.Read(sector.Sector.Range.Start + (uint)at, content.AsSpan(at, Math.Min(Piece, content.Length - at)));
            }

            known.Add(SectorKnowledge.Of(sector, content));
            _old.Add(new OldPiece(sector.Sector.Range, content, 0));
        }

        return known;
    }

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        Survey([.. sectors.Select(sector => new WantedSector(sector, [], route.Grain))], new Dictionary<WantedRun, byte[]>(), cancel).All(known => known.Other.Count == 0);

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var start = target.Clock.Now;
        EraseFor([.. work.Where(sector => sector.Erase).Select(sector => sector.Sector)], massErase, progress, cancel);
        RequireBlank(work.Where(sector => sector is { Erase: true, Writes.Count: > 0 }), cancel);
        ErasedFor += target.Clock.Now - start;

        start = target.Clock.Now;
        var bytes = 0;
        foreach (var writing in work.SelectMany(sector => sector.Writes))
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

    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) => null;

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
        if (massErase)
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

    /// <summary>Only the places that are about to be written: the rest is proved at the end.</summary>
    private void RequireBlank(IEnumerable<SectorWork> erased, CancellationToken cancel)
    {
        var blank = erased.SelectMany(work => work.Writes).Select(writing =>
        {
            var bytes = new byte[writing.Data.Length];
            bytes.AsSpan().Fill(route.Grain.Erased);
            return new Expectation(writing.At, bytes);
        });
        if (new FlashComparer(target, route.Grain, mayRun: false) { Silent = true }.Compare([.. blank], _old, cancel) is { } different)
        {
            throw StillThere(MismatchClassifier.Classify(different));
        }
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
