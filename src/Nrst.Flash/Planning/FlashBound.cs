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
    internal static FlashBound? Of(FlashPlan plan, IFlashRoute flash)
    {
        if (!flash.KnowsTimes)
        {
            return null;
        }

        var erased = plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector);
        return Of(erased, plan.Sectors.SelectMany(sector => sector.Program), plan.MassErase, flash);
    }

    /// <summary>Of the same image if every sector it touches were erased and programmed, which is what a programmer does that does not look.</summary>
    internal static FlashBound OfEverything(FlashPlan plan, IFlashRoute flash)
    {
        var touched = plan.Sectors.Where(sector => sector.Wanted.Runs.Count > 0).ToList();
        return Of(touched.Select(sector => sector.Sector), touched.SelectMany(sector => sector.Wanted.Runs), massErase: false, flash);
    }

    internal static FlashBound? OfErase(IEnumerable<FlashSector> sectors, bool massErase, IFlashRoute flash) =>
        flash.KnowsTimes ? Of(sectors, [], massErase, flash) : null;

    private static FlashBound Of(IEnumerable<FlashSector> erased, IEnumerable<WantedRun> programmed, bool massErase, IFlashRoute flash)
    {
        var (sectors, runs) = (erased.ToList(), programmed.ToList());
        return flash.Lanes.Select(lane => OfLane(
                massErase ? flash.TimeOfEraseAll().Typical : TimeOf(sectors.Where(sector => lane.Contains(sector.Range.Start)), flash),
                runs.Where(run => lane.Contains(run.Start)), flash))
            .MaxBy(bound => bound.Total)!;
    }

    private static FlashBound OfLane(TimeSpan erase, IEnumerable<WantedRun> programmed, IFlashRoute flash)
    {
        var accesses = programmed.Sum(run => AccessesOf(run, flash));
        return new FlashBound(erase.TotalSeconds, flash.TimeOfProgram(accesses).Typical.TotalSeconds);
    }

    private static TimeSpan TimeOf(IEnumerable<FlashSector> erased, IFlashRoute flash) =>
        erased.Aggregate(TimeSpan.Zero, (sum, sector) => sum + flash.TimeOfErase(sector).Typical);

    private static int AccessesOf(WantedRun run, IFlashRoute flash)
    {
        var count = 0;
        for (var at = 0; at < run.Data.Length; at += flash.Access)
        {
            var unit = run.Data.AsSpan(at, Math.Min(flash.Access, run.Data.Length - at));
            count += flash.Grain.IsBlank(unit) ? 0 : 1;
        }

        return count;
    }
}
