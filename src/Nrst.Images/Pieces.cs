using System.Globalization;

namespace Nrst.Images;

/// <summary>From chunks in file order to pieces as <see cref="FirmwareImage"/> promises them.</summary>
internal static class Pieces
{
    /// <summary>One piece per chunk; <paramref name="names"/> is indexed by <see cref="Chunk.Source"/>.</summary>
    public static IReadOnlyList<ImagePiece> FromParts(string file, List<Chunk> chunks, IReadOnlyList<string> names)
    {
        Sort(file, chunks, source => names[source]);
        return [.. chunks.Select(chunk => new ImagePiece(new Address(chunk.Start), chunk.Data, names[chunk.Source]))];
    }

    /// <summary>Chunks that touch become one piece, whatever the order of their lines.</summary>
    public static IReadOnlyList<ImagePiece> FromLines(string file, List<Chunk> chunks)
    {
        Sort(file, chunks, line => string.Create(CultureInfo.InvariantCulture, $"line {line}"));

        var pieces = new List<ImagePiece>();
        for (var first = 0; first < chunks.Count;)
        {
            var after = first + 1;
            while (after < chunks.Count && chunks[after].Start == chunks[after - 1].End)
            {
                after++;
            }

            pieces.Add(Join(chunks, first, after));
            first = after;
        }

        return pieces;
    }

    private static void Sort(string file, List<Chunk> chunks, Func<int, string> name)
    {
        chunks.Sort();
        for (var i = 1; i < chunks.Count; i++)
        {
            if (chunks[i].Start < chunks[i - 1].End)
            {
                // In the order of the file, which is the order in which a reader will look them up.
                var (a, b) = (Math.Min(chunks[i - 1].Source, chunks[i].Source), Math.Max(chunks[i - 1].Source, chunks[i].Source));
                throw ImageErrors.Overlap(file, name(a), name(b), new Address(chunks[i].Start));
            }
        }
    }

    private static ImagePiece Join(List<Chunk> chunks, int first, int after)
    {
        var start = chunks[first].Start;
        var data = new byte[chunks[after - 1].End - start];
        var runs = new List<(int First, int Last)>();
        for (var i = first; i < after; i++)
        {
            var (at, bytes, line) = chunks[i];
            bytes.Span.CopyTo(data.AsSpan((int)(at - start)));
            if (runs.Count > 0 && line >= runs[^1].Last)
            {
                runs[^1] = (runs[^1].First, line);
            }
            else
            {
                runs.Add((line, line));
            }
        }

        return new ImagePiece(new Address(start), data, Lines(runs));
    }

    private static string Lines(List<(int First, int Last)> runs)
    {
        return runs switch
        {
            [var (first, last)] when first == last => string.Create(CultureInfo.InvariantCulture, $"line {first}"),
            { Count: <= 3 } => "lines " + string.Join(", ", runs.Select(Range)),
            _ => $"lines {Range((runs.Min(run => run.First), runs.Max(run => run.Last)))}, not in order",
        };

        static string Range((int First, int Last) run) => run.First == run.Last
            ? run.First.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{run.First}..{run.Last}");
    }
}
