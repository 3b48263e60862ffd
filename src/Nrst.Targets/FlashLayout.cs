using System.Globalization;

namespace Nrst.Targets;

/// <summary>Where the sectors of a bank lie. Sizes are data; positions are arithmetic and cannot disagree.</summary>
public sealed class FlashLayout
{
    private FlashLayout(IReadOnlyList<FlashSector> sectors) => Sectors = sectors;

    public IReadOnlyList<FlashSector> Sectors { get; }

    /// <summary>From the first byte to the last; sectors leave no gaps.</summary>
    public AddressRange Range => new(Sectors[0].Range.Start, (uint)(Sectors[^1].Range.Last.Value + 1L - Sectors[0].Range.Start.Value));

    /// <summary>Reads the notation of the device files: <c>"4x16K 1x64K 7x128K"</c>, lowest address first; <c>"512x128"</c> is in bytes.</summary>
    /// <param name="firstNumber">The number of the first sector, as the manual counts.</param>
    public static FlashLayout Parse(Address start, string runs, int firstNumber = 0)
    {
        var sectors = new List<FlashSector>();
        foreach (var run in runs.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (run.Split('x') is not [var count, var size]
                || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var repeat) || repeat <= 0
                || !TrySize(size, out var bytes))
            {
                throw new FormatException($"'{run}' is not a run of sectors such as '4x16K'.");
            }

            for (var i = 0; i < repeat; i++)
            {
                var at = sectors.Count == 0 ? start : sectors[^1].Range.Last + 1;
                sectors.Add(new FlashSector(firstNumber + sectors.Count, new AddressRange(at, bytes)));
            }
        }

        return new FlashLayout(sectors);
    }

    /// <summary>The notation that <see cref="Parse"/> reads.</summary>
    public override string ToString()
    {
        var runs = new List<(uint Size, int Count)>();
        foreach (var sector in Sectors)
        {
            if (runs.Count > 0 && runs[^1].Size == sector.Range.Length)
            {
                runs[^1] = (runs[^1].Size, runs[^1].Count + 1);
            }
            else
            {
                runs.Add((sector.Range.Length, 1));
            }
        }

        return string.Join(' ', runs.Select(run => $"{run.Count}x{(run.Size % 1024 == 0 ? $"{run.Size / 1024}K" : $"{run.Size}")}"));
    }

    /// <summary>The same sectors elsewhere.</summary>
    internal FlashLayout MovedTo(Address start) => new(
        [.. Sectors.Select(sector => sector with { Range = new AddressRange(start + (sector.Range.Start - Sectors[0].Range.Start), sector.Range.Length) })]);

    private static bool TrySize(string text, out uint bytes)
    {
        try
        {
            bytes = Notation.Size(text);
            return bytes % 128 == 0; // no erase unit of any STM32 is smaller
        }
        catch (FormatException)
        {
            bytes = 0;
            return false;
        }
    }
}
