using System.Globalization;

namespace Nrst.Targets;

/// <summary>Where the sectors of a bank lie. Sizes are data; positions are arithmetic and cannot disagree.</summary>
public sealed class FlashLayout
{
    private FlashLayout(IReadOnlyList<FlashSector> sectors) => Sectors = sectors;

    public IReadOnlyList<FlashSector> Sectors { get; }

    /// <summary>Reads the notation of the device files: <c>"4x16K 1x64K 7x128K"</c>, lowest address first.</summary>
    /// <param name="firstNumber">The number of the first sector, as the controller's SNB field counts.</param>
    public static FlashLayout Parse(Address start, string runs, int firstNumber = 0)
    {
        var sectors = new List<FlashSector>();
        foreach (var run in runs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (run.Split('x', 'K') is not [var count, var size, ""]
                || !int.TryParse(count, CultureInfo.InvariantCulture, out var repeat) || repeat <= 0
                || !uint.TryParse(size, CultureInfo.InvariantCulture, out var kib) || kib == 0)
            {
                throw new FormatException($"'{run}' is not a run of sectors such as '4x16K'.");
            }

            for (var i = 0; i < repeat; i++)
            {
                var at = sectors.Count == 0 ? start : sectors[^1].Range.Last + 1;
                sectors.Add(new FlashSector(firstNumber + sectors.Count, new AddressRange(at, kib * 1024)));
            }
        }

        return new FlashLayout(sectors);
    }
}
