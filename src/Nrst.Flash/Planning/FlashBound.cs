namespace Nrst.Flash;

/// <summary>The time the silicon itself needs for a job, by the typical times of the data sheet: no programmer can be faster.</summary>
/// <remarks>Of the slowest lane, where banks work at the same time.</remarks>
/// <param name="Erase">Seconds; what is erased at once counts once.</param>
/// <param name="Program">Seconds; blank units are left out, as they are when programming.</param>
public sealed record FlashBound(double Erase, double Program)
{
    public double Total => Erase + Program;

    /// <summary>What ends sooner was not done: silicon is not twice as fast as its data sheet.</summary>
    public double Least => Total / 2;

    /// <summary>Of what a plan changes. Other data that is written back is not counted, so it stays a lower bound.</summary>
    /// <returns>Null where the times are not those of this chip.</returns>
    internal static FlashBound? Of(FlashPlan plan, IFlashRoute flash, FlashRows? rows) => flash.KnowsTimes ? Reckon(plan, flash, rows) : null;

    /// <summary>The same by the times that are known, be they those of this chip or the slowest it could need.</summary>
    /// <param name="rows">How whole rows are programmed; null where they are not.</param>
    internal static FlashBound Reckon(FlashPlan plan, IFlashRoute flash, FlashRows? rows)
    {
        return Slowest(flash, plan.Sectors, sector => sector.Sector, sectors => new FlashBound(
            TimeOfErase(sectors.Where(sector => sector.Erase).Select(sector => sector.Sector), plan.MassErase, flash).TotalSeconds,
            sectors.Aggregate(TimeSpan.Zero, (sum, sector) => sum + TimeOf(
                sector.Program, flash, rows?.Allow(plan.MassErase, sector.Erase) == true ? rows : null, mayBeFilledUp: sector.Preserve.Count > 0)).TotalSeconds));
    }

    /// <summary>Of the same image if every sector it touches were erased and programmed, which is what a programmer does that does not look.</summary>
    internal static FlashBound OfEverything(FlashPlan plan, IFlashRoute flash, FlashRows? rows)
    {
        var touched = plan.Sectors.Where(sector => sector.Wanted.Runs.Count > 0).ToList();
        var allowed = rows?.Allow(massErase: false, erased: true) == true ? rows : null;
        return Slowest(flash, touched, sector => sector.Sector, sectors => new FlashBound(
            TimeOfErase(sectors.Select(sector => sector.Sector), massErase: false, flash).TotalSeconds,
            TimeOf(sectors.SelectMany(sector => sector.Wanted.Runs), flash, allowed, mayBeFilledUp: false).TotalSeconds));
    }

    internal static FlashBound? OfErase(IReadOnlyList<FlashSector> sectors, bool massErase, IFlashRoute flash) => flash.KnowsTimes
        ? Slowest(flash, sectors, sector => sector, all => new FlashBound(TimeOfErase(all, massErase, flash).TotalSeconds, 0))
        : null;

    /// <summary>Of the lanes, which work at the same time.</summary>
    private static FlashBound Slowest<T>(IFlashRoute flash, IReadOnlyList<T> sectors, Func<T, FlashSector> sectorOf, Func<IReadOnlyList<T>, FlashBound> bound) =>
        flash.Lanes.Select(lane => bound([.. sectors.Where(sector => lane.Contains(sectorOf(sector).Range.Start))])).MaxBy(one => one.Total)!;

    private static TimeSpan TimeOfErase(IEnumerable<FlashSector> erased, bool massErase, IFlashRoute flash) => massErase
        ? flash.TimeOfEraseAll().Typical
        : erased.Aggregate(TimeSpan.Zero, (sum, sector) => sum + flash.TimeOfErase(sector).Typical);

    /// <param name="mayBeFilledUp">Other data may make a whole row of what is a part of one here, and then every unit counts as its share of a row.</param>
    private static TimeSpan TimeOf(IEnumerable<WantedRun> programmed, IFlashRoute flash, FlashRows? rows, bool mayBeFilledUp)
    {
        var (whole, units) = (0, 0);
        foreach (var run in programmed)
        {
            var pieces = rows is null || mayBeFilledUp ? [(0, run.Data.Length, false)] : rows.Cut(run.Start, run.Data, flash.Access, flash.Grain);
            foreach (var (at, length, isRow) in pieces)
            {
                whole += isRow ? 1 : 0;
                units += isRow ? 0 : UnitsIn(run.Data.AsSpan(at, length), flash);
            }
        }

        var ofUnits = rows is not null && mayBeFilledUp
            ? rows.Time.Typical * (units * (double)flash.Access / rows.Bytes)
            : flash.TimeOfProgram(units).Typical;
        return ofUnits + ((rows?.Time.Typical ?? TimeSpan.Zero) * whole);
    }

    /// <summary>Those that are not blank.</summary>
    private static int UnitsIn(ReadOnlySpan<byte> data, IFlashRoute flash)
    {
        var count = 0;
        for (var at = 0; at < data.Length; at += flash.Access)
        {
            count += flash.Grain.IsBlank(data.Slice(at, Math.Min(flash.Access, data.Length - at))) ? 0 : 1;
        }

        return count;
    }
}
