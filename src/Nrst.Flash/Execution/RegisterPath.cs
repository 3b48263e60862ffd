namespace Nrst.Flash;

/// <summary>Everything through the flash registers, a unit at a time: slow, and asks nothing of core and RAM.</summary>
internal sealed class RegisterPath(FlashTarget target, FlashController flash) : IFlashPath
{
    public bool UsesLoader => false;

    public FlashRows? Rows => null;

    public TimeSpan ErasedFor { get; private set; }

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel)
    {
        flash.ResetCaches();
        var known = new List<SectorKnowledge>();
        foreach (var sector in wanted)
        {
            cancel.ThrowIfCancellationRequested();
            var content = new byte[sector.Sector.Range.Length];
            Read(sector.Sector, content);
            known.Add(SectorKnowledge.Of(sector, content));
        }

        return known;
    }

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        Survey([.. sectors.Select(sector => new WantedSector(sector, [], flash.Grain))], new Dictionary<WantedRun, byte[]>(), everything: true, cancel).All(known => known.Other.Count == 0);

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        if (flash.Leftover() is { } leftover)
        {
            target.Listener?.Invoke(leftover);
        }

        if (massErase)
        {
            Timed(flash.EraseAll);
            foreach (var sector in work.Where(sector => sector.Erase))
            {
                progress.Erased(sector.Sector);
            }
        }

        foreach (var sector in work)
        {
            cancel.ThrowIfCancellationRequested();
            if (sector.Erase && !massErase)
            {
                Timed(() => flash.Erase(sector.Sector));
                progress.Erased(sector.Sector);
            }

            foreach (var writing in sector.Writes)
            {
                Program(writing, progress, cancel);
            }
        }

        flash.ResetCaches();
    }

    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) => null;

    public void ForgetCaches() => flash.ResetCaches();

    public void End()
    {
        if (!flash.IsLocked)
        {
            flash.Lock();
        }
    }

    public void Abandon()
    {
        try
        {
            End();
        }
        catch (NrstException)
        {
            // The failure that brought us here is the one to tell.
        }
    }

    private void Read(FlashSector sector, byte[] content)
    {
        try
        {
            target.Memory.Read(sector.Range.Start, content);
        }
        catch (TargetMemoryException refused)
        {
            throw FlashErrors.Unreadable(target, sector, refused.Address ?? sector.Range.Start, refused.Message);
        }
    }

    private void Program(Writing writing, WorkProgress progress, CancellationToken cancel)
    {
        const int burst = 256; // small enough that an error and a cancellation point at a place
        for (var at = 0; at < writing.Data.Length; at += burst)
        {
            cancel.ThrowIfCancellationRequested();
            var piece = writing.Data[at..Math.Min(at + burst, writing.Data.Length)];
            flash.Program(writing.At + (uint)at, piece.Span);
            progress.Programmed(piece.Length);
        }
    }

    private void Timed(Action erase)
    {
        var start = target.Clock.Now;
        erase();
        ErasedFor += target.Clock.Now - start;
    }
}
