using System.Globalization;

namespace Nrst.Flash;

/// <summary>What looking first has saved. Sectors are those the image touches.</summary>
/// <param name="Sectors">All of them.</param>
/// <param name="Changed">Those that held something else.</param>
/// <param name="Erased">Those of them that had to be erased; the others were blank where something was missing.</param>
/// <param name="SiliconSeconds">What the silicon was spared, by the typical times of the data sheet.</param>
public sealed record FlashSaving(int Sectors, int Changed, int Erased, double SiliconSeconds)
{
    /// <summary>Null where nothing was spared: all was erased and written.</summary>
    internal static FlashSaving? Of(FlashPlan plan, FlashBound bound, FlashBound everything)
    {
        var touched = plan.Sectors.Where(sector => sector.Wanted.Runs.Count > 0).ToList();
        var spared = everything.Total - bound.Total;
        return spared <= 0 ? null : new FlashSaving(
            touched.Count, touched.Count(sector => sector.Changes), touched.Count(sector => sector.Erase), spared);
    }

    /// <param name="seconds">What the job took.</param>
    /// <returns><c>3 of 131 sectors differ: 0.34 s instead of 1.86 s.</c></returns>
    public string Describe(double seconds)
    {
        var what = Changed switch
        {
            0 => Sectors == 1 ? "The only sector is as it should be" : string.Create(CultureInfo.InvariantCulture, $"None of {Sectors:N0} sectors differs"),
            1 => string.Create(CultureInfo.InvariantCulture, $"1 of {Sectors:N0} {(Sectors == 1 ? "sector" : "sectors")} differs"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Changed:N0} of {Sectors:N0} sectors differ"),
        };
        var erased = Changed == Erased ? ""
            : Erased == 0 ? ", and nothing had to be erased"
            : string.Create(CultureInfo.InvariantCulture, $", and {Erased:N0} had to be erased");
        return string.Create(CultureInfo.InvariantCulture, $"{what}{erased}: {seconds:0.00} s instead of {InsteadOf(seconds):0.00} s.");
    }

    /// <summary>Seconds the same job would have taken, had everything been erased and written.</summary>
    public double InsteadOf(double seconds) => seconds + SiliconSeconds;
}
