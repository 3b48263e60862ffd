namespace Nrst.Flash;

/// <summary>Fills in what the flash holds from an address on.</summary>
internal delegate void FlashReader(Address from, Span<byte> into);

/// <summary>The bytes behind the plan of one sector: what is written, and what must be there in the end.</summary>
internal sealed record SectorContents(SectorWork Work, IReadOnlyList<Expectation> Expected, long ProvedBytes)
{
    public static SectorContents Of(SectorPlan plan, IReadOnlyDictionary<WantedRun, byte[]> present, FlashReader read) =>
        plan.Erase ? Anew(plan, read) : AsItIs(plan, present);

    private static SectorContents AsItIs(SectorPlan plan, IReadOnlyDictionary<WantedRun, byte[]> present) => new(
        new SectorWork(plan.Sector, Erase: false, [.. plan.Program.SelectMany(run => SectorWork.NotBlank(run.Start, run.Data, plan.Wanted.Grain))]),
        [.. plan.Wanted.Runs.Select(run => new Expectation(run.Start, present[run]))],
        plan.Wanted.ImageBytes);

    private static SectorContents Anew(SectorPlan plan, FlashReader read)
    {
        var start = plan.Sector.Range.Start;
        var grain = plan.Wanted.Grain;
        var bytes = new byte[plan.Sector.Range.Length];
        bytes.AsSpan().Fill(grain.Erased);
        foreach (var run in plan.Wanted.Runs)
        {
            run.Data.CopyTo(bytes, (int)(run.Start - start));
        }

        foreach (var range in plan.Preserve)
        {
            read(range.Start, bytes.AsSpan((int)(range.Start - start), (int)range.Length));
        }

        var covered = plan.Wanted.Runs.Select(run => run.Range).Concat(plan.Preserve.Select(range => Widen(range, grain))).OrderBy(range => range.Start);
        return new SectorContents(
            new SectorWork(plan.Sector, Erase: true, [.. SectorWork.NotBlank(start, bytes, grain)]),
            [.. covered.Select(range => new Expectation(range.Start, bytes.AsMemory((int)(range.Start - start), (int)range.Length)))],
            plan.Wanted.ImageBytes + plan.Preserve.Sum(range => (long)range.Length));
    }

    private static AddressRange Widen(AddressRange range, FlashGrain grain)
    {
        var start = grain.Down(range.Start.Value);
        var end = grain.Down(range.Last.Value) + grain.Unit;
        return new AddressRange(new Address(start), end - start);
    }
}
