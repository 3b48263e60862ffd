using static Nrst.Flash.MismatchClassifier;

namespace Nrst.Flash;

/// <summary>Right up to where the flash of a smaller sibling ends, and from there on nothing, nothing but refusals, or the beginning once more.</summary>
internal static class EndOfFlash
{
    public static Claim? Claim(Comparison seen, Differences differences)
    {
        // Where the bus refuses, it is the refusals that begin at the end: below it another program may be.
        var first = seen.Unreadable.Count > 0 ? seen.Unreadable[0].Start : differences.First;
        foreach (var end in seen.OtherEnds.Where(end => end <= first && end > seen.Layout.Range.Start).OrderDescending())
        {
            var behind = seen.Parts.Where(part => part.Range.Last >= end).Select(part => From(part, end)).ToList();
            var why = Refused(seen, behind, end) ?? Nothing(seen, behind, end) ?? OnceMore(seen, behind, end);
            if (why is not null)
            {
                return new Claim(MismatchKind.BeyondFlash, [$"from {end} on {why}", $"parts of this kind exist whose flash ends there; this one says it ends behind {seen.Layout.Range.Last}"], FlashEnd: end);
            }
        }

        return null;
    }

    private static ComparedPart From(ComparedPart part, Address at)
    {
        var skip = part.At >= at ? 0 : (int)(at - part.At);
        return new ComparedPart(part.At + (uint)skip, part.Wanted[skip..], part.Found[skip..]);
    }

    /// <summary>A damaged word is refused as well, so where there are error codes it takes more than one sector of them.</summary>
    private static string? Refused(Comparison seen, List<ComparedPart> behind, Address end) =>
        behind.Count > 0 && behind.All(part => Covered(seen.Unreadable, part.Range))
        && (!seen.HasEcc || seen.Layout.Sectors.Count(sector => sector.Range.Start >= end && behind.Any(part => part.Range.Overlaps(sector.Range))) > 1)
            ? "the bus refuses every address" : null;

    /// <summary>The cut has to go through the middle of something: a job that broke off ends anywhere.</summary>
    private static string? Nothing(Comparison seen, List<ComparedPart> behind, Address end)
    {
        var through = seen.Parts.FirstOrDefault(part => part.Range.Contains(end) && end - part.At >= EnoughBytes);
        if (seen.Unreadable.Count > 0 || through is null)
        {
            return null;
        }

        var cut = (int)(end - through.At);
        var next = through.Wanted.Span[cut..Math.Min(cut + EnoughBytes, through.Wanted.Length)];
        var value = through.Found.Span[cut];
        return through.Wanted.Span[(cut - EnoughBytes)..cut].ContainsAnyExcept(value) && next.Length == EnoughBytes && next.ContainsAnyExcept(value)
            && behind.All(part => !part.Found.Span.ContainsAnyExcept(value))
                ? $"every byte reads 0x{value:X2}" : null;
    }

    private static string? OnceMore(Comparison seen, List<ComparedPart> behind, Address end)
    {
        if (seen.Unreadable.Count > 0)
        {
            return null;
        }

        var size = end - seen.Layout.Range.Start;
        var mirrored = new List<byte>();
        foreach (var part in behind)
        {
            for (var i = 0; i < part.Found.Length; i++)
            {
                var below = new Address(seen.Layout.Range.Start.Value + ((part.At.Value + (uint)i - seen.Layout.Range.Start.Value) % size));
                if (seen.Parts.FirstOrDefault(lower => lower.Range.Contains(below)) is { } lower)
                {
                    if (lower.Found.Span[(int)(below - lower.At)] != part.Found.Span[i])
                    {
                        return null;
                    }

                    mirrored.Add(part.Found.Span[i]);
                }
                else if (part.Found.Span[i] != part.Wanted.Span[i])
                {
                    return null; // what is not known of the lower place explains nothing
                }
            }
        }

        return IsTelling(mirrored.Where(value => value != seen.Grain.Erased).ToArray()) ? $"the contents from {seen.Layout.Range.Start} on come once more" : null;
    }

    private static bool Covered(IReadOnlyList<AddressRange> refused, AddressRange range)
    {
        var at = (long)range.Start.Value;
        foreach (var one in refused.OrderBy(one => one.Start))
        {
            if (one.Start.Value <= at && one.Last.Value >= at)
            {
                at = one.Last.Value + 1L;
            }
        }

        return at > range.Last.Value;
    }
}
