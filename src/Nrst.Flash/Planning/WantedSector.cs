using Nrst.Images;

namespace Nrst.Flash;

/// <summary>Image bytes that follow one another in one sector, widened to whole words.</summary>
/// <param name="Start">Word-aligned.</param>
/// <param name="Data">Whole words. Bytes the image does not speak of are 0xFF here and listed in <paramref name="Holes"/>.</param>
/// <param name="Holes">Offsets in <paramref name="Data"/> that only fill a word up.</param>
public sealed record WantedRun(Address Start, byte[] Data, IReadOnlyList<int> Holes)
{
    public AddressRange Range => new(Start, (uint)Data.Length);

    /// <summary>Bytes that come from the image.</summary>
    public int ImageBytes => Data.Length - Holes.Count;
}

/// <summary>What the image wants of one sector. The sectors it does not touch have no runs.</summary>
public sealed record WantedSector(FlashSector Sector, IReadOnlyList<WantedRun> Runs)
{
    /// <summary>The unit everything is widened to: the widest access the controller takes.</summary>
    public const uint Word = 4;

    public int ImageBytes => Runs.Sum(run => run.ImageBytes);

    /// <summary>The rest of the sector, in whole words.</summary>
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
    public static IReadOnlyList<WantedSector> Split(FirmwareImage image, IReadOnlyList<FlashSector> sectors)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(sectors);
        return [.. sectors.Select(sector => new WantedSector(sector, RunsIn(image, sector.Range)))];
    }

    private static List<WantedRun> RunsIn(FirmwareImage image, AddressRange sector)
    {
        var runs = new List<WantedRun>();
        var inside = image.Pieces.Where(piece => piece.Range.Overlaps(sector)).Select(piece => Clip(piece, sector)).ToList();
        for (var first = 0; first < inside.Count;)
        {
            var last = first;
            while (last + 1 < inside.Count && WordAfter(inside[last]) >= inside[last + 1].Start.Value / Word * Word)
            {
                last++;
            }

            runs.Add(Join(inside[first..(last + 1)]));
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

    private static uint WordAfter((Address Start, ReadOnlyMemory<byte> Data) piece) =>
        (piece.Start.Value + (uint)piece.Data.Length + Word - 1) / Word * Word;

    private static WantedRun Join(List<(Address Start, ReadOnlyMemory<byte> Data)> pieces)
    {
        var start = pieces[0].Start.Value / Word * Word;
        var data = new byte[WordAfter(pieces[^1]) - start];
        var given = new bool[data.Length];
        data.AsSpan().Fill(0xFF);
        foreach (var piece in pieces)
        {
            var at = (int)(piece.Start.Value - start);
            piece.Data.Span.CopyTo(data.AsSpan(at));
            given.AsSpan(at, piece.Data.Length).Fill(true);
        }

        return new WantedRun(new Address(start), data, [.. Enumerable.Range(0, data.Length).Where(i => !given[i])]);
    }
}
