using static Nrst.Flash.MismatchClassifier;

namespace Nrst.Flash;

/// <summary>The right bytes at wrong places: bytes were lost on the way, or came twice, and all behind them lies too low or too high.</summary>
internal static class MovedBytes
{
    // Further than any block that a probe, a loader or a bootloader takes at once.
    private const int Farthest = 4096;
    private const int Anchor = 8;

    public static Claim? Claim(Comparison seen, Differences differences)
    {
        if (seen.Unreadable.Count > 0)
        {
            return null;
        }

        // The longest stretches say by how much; the short ones between must agree with one of them.
        var shifts = new List<int>();
        foreach (var stretch in differences.Stretches.OrderByDescending(stretch => stretch.To - stretch.From))
        {
            if (shifts.Any(shift => Explains(seen, stretch, shift)))
            {
                continue;
            }

            if (!IsTelling(stretch.Found) || Shift(seen, stretch) is not { } found)
            {
                return null;
            }

            shifts.Add(found);
        }

        var first = differences.Stretches[0];
        var by = shifts.First(shift => Explains(seen, first, shift));
        return new Claim(
            MismatchKind.Moved,
            [
                Told($"what is at {first.Range.Start} belongs {Math.Abs(by):N0} bytes {(by > 0 ? "lower" : "higher")}"),
                Told($"so do {(shifts.Count == 1 ? "all" : "most")} of the {differences.Bytes:N0} bytes that differ"),
            ],
            MovedBy: by);
    }

    /// <summary>By how much the bytes of a stretch lie too high; null where no single number explains them all.</summary>
    private static int? Shift(Comparison seen, DifferentStretch stretch)
    {
        var length = stretch.To - stretch.From;
        foreach (var from in (int[])[length / 2, length - Anchor, 0, length / 4])
        {
            var anchor = stretch.Found.Slice(Math.Clamp(from, 0, length - Anchor), Anchor);
            var at = stretch.From + Math.Clamp(from, 0, length - Anchor);
            if (anchor.ToArray().Distinct().Count() < EnoughValues)
            {
                continue;
            }

            var low = Math.Max(0, at - Farthest);
            var window = stretch.Part.Wanted.Span[low..Math.Min(stretch.Part.Wanted.Length, at + Farthest + Anchor)];
            for (var place = window.IndexOf(anchor); place >= 0;)
            {
                var shift = at - (low + place);
                if (shift != 0 && Explains(seen, stretch, shift))
                {
                    return shift;
                }

                var next = window[(place + 1)..].IndexOf(anchor);
                place = next < 0 ? -1 : place + 1 + next;
            }
        }

        return null;
    }

    /// <summary>Whether every byte is the one that belongs so much lower. Where the image has nothing, anything may have come.</summary>
    private static bool Explains(Comparison seen, DifferentStretch stretch, int shift)
    {
        var known = 0;
        for (var i = stretch.From; i < stretch.To; i++)
        {
            if (WantedAt(seen, stretch.Part, i - shift) is { } wanted)
            {
                if (stretch.Part.Found.Span[i] != wanted)
                {
                    return false;
                }

                known++;
            }
        }

        return 2 * known >= stretch.To - stretch.From;
    }

    private static byte? WantedAt(Comparison seen, ComparedPart part, int at)
    {
        if (at >= 0 && at < part.Wanted.Length)
        {
            return part.Wanted.Span[at];
        }

        var address = part.At.Value + (long)at;
        foreach (var other in seen.Parts)
        {
            if (address >= other.At.Value && address < other.At.Value + (long)other.Wanted.Length)
            {
                return other.Wanted.Span[(int)(address - other.At.Value)];
            }
        }

        return null;
    }
}
