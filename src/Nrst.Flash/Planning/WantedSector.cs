using Nrst.Images;

namespace Nrst.Flash;

/// <summary>Image bytes that follow one another in one sector, widened to whole units.</summary>
/// <param name="Start">On the border of a unit.</param>
/// <param name="Data">Whole units. Bytes the image does not speak of are erased here and listed in <paramref name="Holes"/>.</param>
/// <param name="Holes">Offsets in <paramref name="Data"/> that only fill a unit up.</param>
public sealed record WantedRun(Address Start, byte[] Data, IReadOnlyList<int> Holes)
{
    public AddressRange Range => new(Start, (uint)Data.Length);

    /// <summary>Bytes that come from the image.</summary>
    public int ImageBytes => Data.Length - Holes.Count;
}

/// <summary>What the image wants of one sector. The sectors it does not touch have no runs.</summary>
/// <param name="Grain">What everything is widened to.</param>
public sealed record WantedSector(FlashSector Sector, IReadOnlyList<WantedRun> Runs, FlashGrain Grain)
{
    public int ImageBytes => Runs.Sum(run => run.ImageBytes);

    /// <summary>The rest of the sector, in whole units.</summary>
    public IEnumerable<AddressRange> Gaps
    {
        get
        {
            var at = Sector.Range.Start.Value;
            foreach (var run in Runs)
            {
                if (run.Start.Value > at)
                {
                    yield return new AddressRange(new Address(at), run.Start.Value - at);
                }

                at = run.Range.Last.Value + 1;
            }

            if (at <= Sector.Range.Last.Value)
            {
                yield return new AddressRange(new Address(at), Sector.Range.Last.Value - at + 1);
            }
        }
    }

    /// <summary>Cuts an image at the sector borders. Bytes outside the sectors are left out; <see cref="ImagePlacement"/> refuses them.</summary>
    public static IReadOnlyList<WantedSector> Split(FirmwareImage image, IReadOnlyList<FlashSector> sectors, FlashGrain? grain = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(sectors);
        var unit = grain ?? FlashGrain.Words;
        return [.. sectors.Select(sector => new WantedSector(sector, RunsIn(image, sector.Range, unit), unit))];
    }

    private static List<WantedRun> RunsIn(FirmwareImage image, AddressRange sector, FlashGrain grain)
    {
        var runs = new List<WantedRun>();
        var inside = image.Pieces.Where(piece => piece.Range.Overlaps(sector)).Select(piece => Clip(piece, sector)).ToList();
        for (var first = 0; first < inside.Count;)
        {
            var last = first;
            while (last + 1 < inside.Count && UnitAfter(inside[last], grain) >= grain.Down(inside[last + 1].Start.Value))
            {
                last++;
            }

            runs.Add(Join(inside[first..(last + 1)], grain));
            first = last + 1;
        }

        return runs;
    }

    private static (Address Start, ReadOnlyMemory<byte> Data) Clip(ImagePiece piece, AddressRange sector)
    {
        var from = Math.Max(piece.Start.Value, sector.Start.Value);
        var to = Math.Min(piece.Range.Last.Value, sector.Last.Value);
        return (new Address(from), piece.Data.Slice((int)(from - piece.Start.Value), (int)(to - from + 1)));
    }

    private static uint UnitAfter((Address Start, ReadOnlyMemory<byte> Data) piece, FlashGrain grain) =>
        grain.Up(piece.Start.Value + (uint)piece.Data.Length);

    private static WantedRun Join(List<(Address Start, ReadOnlyMemory<byte> Data)> pieces, FlashGrain grain)
    {
        var start = grain.Down(pieces[0].Start.Value);
        var data = new byte[UnitAfter(pieces[^1], grain) - start];
        var given = new bool[data.Length];
        data.AsSpan().Fill(grain.Erased);
        foreach (var piece in pieces)
        {
            var at = (int)(piece.Start.Value - start);
            piece.Data.Span.CopyTo(data.AsSpan(at));
            given.AsSpan(at, piece.Data.Length).Fill(true);
        }

        return new WantedRun(new Address(start), data, [.. Enumerable.Range(0, data.Length).Where(i => !given[i])]);
    }
}
