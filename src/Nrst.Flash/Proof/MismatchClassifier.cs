using System.Globalization;
using System.Numerics;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>A kind of difference, and what in the bytes speaks for it.</summary>
internal sealed record MismatchVerdict(Mismatch Mismatch, IReadOnlyList<string> Evidence);

/// <summary>Says from the bytes alone what went wrong. A kind is claimed only where chance would hardly produce such bytes; all else is unexplained.</summary>
internal static class MismatchClassifier
{
    /// <summary>Bytes that have to agree before a pattern is believed.</summary>
    internal const int EnoughBytes = 16;

    /// <summary>Different values among them: a stretch of zeros is found in many places.</summary>
    internal const int EnoughValues = 4;

    // Fewer bytes than this are blank, or old, by chance.
    private const int NoChance = 3;

    // Bits that would all have to be right by chance.
    private const int NoChanceBits = 32;

    // Of a worn sector a few bits stay behind; of a program that was there about half of its bits show.
    private const double SparseBits = 0.1;

    private const int MostStuckBits = 8;
    private const int MostStuckUnits = 4;

    /// <exception cref="ArgumentException">Nothing differs.</exception>
    public static MismatchVerdict Classify(Comparison seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        var differences = new Differences(seen);
        if (differences.Stretches.Count == 0)
        {
            throw new ArgumentException("There is no difference to classify.", nameof(seen));
        }

        var claim = Changing(seen) ?? EndOfFlash.Claim(seen, differences) ?? UnreadableWords(seen) ?? InTheOtherBank(seen) ?? StillOld(seen, differences)
            ?? NotProgrammed(seen, differences) ?? MovedBytes.Claim(seen, differences) ?? WrittenByTheProgram(seen, differences)
            ?? OnTopOfEachOther(seen, differences) ?? StuckBits(seen, differences) ?? new Claim(MismatchKind.Unexplained, []);
        var mismatch = new Mismatch(claim.Kind, differences.Ranges(), differences.Bytes, differences.Compared, seen.Again.Any(Differs))
        {
            Unreadable = seen.Unreadable,
            MovedBy = claim.MovedBy,
            FlashEnd = claim.FlashEnd,
            BitsTooMany = differences.BitsTooMany,
            BitsMissing = differences.BitsMissing,
        };
        return new MismatchVerdict(mismatch, claim.Evidence);
    }

    /// <summary>Whether so many bytes, and such, are more than chance.</summary>
    internal static bool IsTelling(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EnoughBytes)
        {
            return false;
        }

        var values = new HashSet<byte>();
        foreach (var value in bytes)
        {
            values.Add(value);
            if (values.Count >= EnoughValues)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Differs(SecondLook look) => !look.First.Span.SequenceEqual(look.Second.Span);

    private static Claim? Changing(Comparison seen)
    {
        var changed = seen.Again.Where(Differs).ToList();
        if (changed.Count == 0)
        {
            return null;
        }

        // A running program only adds, or erases; what falls back to some of its bits is a bad reading.
        var programmed = seen.CoreRuns && changed.All(look => look.First.Span.ToArray().Zip(look.Second.ToArray()).All(pair =>
            pair.Second == seen.Grain.Erased || ((pair.First ^ seen.Grain.Erased) & ~(pair.Second ^ seen.Grain.Erased)) == 0));
        var bytes = changed.Sum(look => look.First.Span.ToArray().Zip(look.Second.ToArray()).Count(pair => pair.First != pair.Second));
        var first = changed[0].At + (uint)changed[0].First.Span.CommonPrefixLength(changed[0].Second.Span);
        var told = Told($"read a second time, {bytes:N0} of {seen.Again.Sum(look => (long)look.First.Length):N0} bytes were different, the first at {first}");
        return programmed
            ? new Claim(MismatchKind.Rewritten, [told, "all of them as programming or an erase changes bytes, while the program was running"])
            : new Claim(MismatchKind.Unsteady, [told]);
    }

    private static Claim? UnreadableWords(Comparison seen) => seen.Unreadable.Count == 0
        ? null
        : new Claim(
            MismatchKind.Unreadable,
            [
                $"the bus refuses to read {string.Join(", ", seen.Unreadable.Take(4))}{(seen.Unreadable.Count > 4 ? " and more" : "")}",
                .. (IEnumerable<string>)(seen.HasEcc ? [$"words of this flash have an error code, one for {seen.Grain.Unit} bytes"] : []),
            ]);

    private static Claim? InTheOtherBank(Comparison seen)
    {
        var bytes = seen.OtherBank.Sum(part => part.Wanted.Length);
        return bytes > 0 && seen.OtherBank.All(part => part.Wanted.Span.SequenceEqual(part.Found.Span))
            && IsTelling(seen.OtherBank.SelectMany(part => part.Wanted.ToArray()).Where(value => value != seen.Grain.Erased).Take(4096).ToArray())
            ? new Claim(MismatchKind.OtherBank, [Told($"{bytes:N0} bytes that belong at {seen.OtherBank[0].At} are at the same place of the other bank")])
            : null;
    }

    private static Claim? StillOld(Comparison seen, Differences differences)
    {
        var (bytes, changes) = (0L, 0L);
        foreach (var stretch in differences.Stretches)
        {
            var pieces = seen.Old.Where(piece => piece.Range.Overlaps(stretch.Part.Range)).ToList();
            if (pieces.Where(piece => piece.Data is null).Any(piece => !HoldsStill(stretch.Part, piece)))
            {
                return null;
            }

            var summed = pieces.Any(piece => piece.Data is null);
            foreach (var (at, _, found) in Differences.BytesOf(stretch, seen))
            {
                if (OldAt(pieces, at, seen.Grain.Erased) is { } old ? old != found : !summed)
                {
                    return null;
                }

                bytes++;
            }

            changes += summed ? NoChance : 0;
        }

        changes += bytes;
        return bytes > 0 && changes >= NoChance && !AllErased(seen, differences)
            ? new Claim(MismatchKind.OldContents, [Told($"{bytes:N0} bytes are as they were before the job")])
            : null;
    }

    /// <summary>By the checksum that the chip made before the job.</summary>
    private static bool HoldsStill(ComparedPart part, OldPiece piece) =>
        part.Range.Contains(piece.Range)
        && WordCrc.Of(part.Found.Span.Slice((int)(piece.Range.Start - part.At), (int)piece.Range.Length)) == piece.Crc;

    private static int? OldAt(IReadOnlyList<OldPiece> pieces, Address at, byte erased)
    {
        foreach (var piece in pieces)
        {
            if (piece.Data is { } data && piece.Range.Contains(at))
            {
                return data.Span[(int)(at - piece.Range.Start)] ^ erased;
            }
        }

        return null;
    }

    private static Claim? NotProgrammed(Comparison seen, Differences differences)
    {
        if (!AllErased(seen, differences))
        {
            return null;
        }

        if (differences.Stretches.Count == 1 && LonelyUnit(seen, differences.Stretches[0]) is { } unit)
        {
            return new Claim(MismatchKind.StuckCells, [$"{unit} is blank, and what lies before and behind it is right"]);
        }

        return differences.BytesRead >= NoChance
            ? new Claim(MismatchKind.Blank, [Told($"all {differences.BytesRead:N0} bytes that differ read 0x{seen.Grain.Erased:X2}, as an erase leaves them")])
            : null;
    }

    private static bool AllErased(Comparison seen, Differences differences) =>
        differences.Stretches.All(stretch => Differences.BytesOf(stretch, seen).All(one => one.Found == 0));

    /// <summary>The one unit of the flash that a difference lies in, with programmed and right bytes on both sides.</summary>
    private static AddressRange? LonelyUnit(Comparison seen, DifferentStretch stretch)
    {
        var unit = new AddressRange(new Address(seen.Grain.Down(stretch.Range.Start.Value)), seen.Grain.Unit);
        if (!unit.Contains(stretch.Range) || !stretch.Part.Range.Contains(unit))
        {
            return null;
        }

        var from = (int)(unit.Start - stretch.Part.At);
        var before = stretch.Part.Found.Span[Math.Max(0, from - EnoughBytes)..from];
        var behind = stretch.Part.Found.Span[(from + (int)unit.Length)..];
        behind = behind[..Math.Min(EnoughBytes, behind.Length)];
        return before.ContainsAnyExcept(seen.Grain.Erased) && behind.ContainsAnyExcept(seen.Grain.Erased) ? unit : null;
    }

    /// <summary>All that the image brings is there, and something more where it leaves the flash blank.</summary>
    private static Claim? WrittenByTheProgram(Comparison seen, Differences differences)
    {
        var right = seen.Parts.Sum(part => part.Wanted.Span.Length - (long)part.Wanted.Span.Count(seen.Grain.Erased));
        return seen.CoreRuns && right >= 4 * EnoughBytes && differences.Stretches.All(stretch => Differences.BytesOf(stretch, seen).All(one => one.Wanted == 0))
            ? new Claim(MismatchKind.Rewritten, ["everything that the image brings is there; only places that it leaves blank hold something", "the program is running"])
            : null;
    }

    private static Claim? OnTopOfEachOther(Comparison seen, Differences differences)
    {
        var bytes = differences.Stretches.SelectMany(stretch => Differences.BytesOf(stretch, seen).Select(one => (Byte: one, Stretch: stretch)));
        if (differences.BytesRead >= NoChance && seen.Old.Count > 0 && bytes.All(pair => OldAt(seen.Old, pair.Byte.At, seen.Grain.Erased) is { } old && (old | pair.Byte.Wanted) == pair.Byte.Found))
        {
            return new Claim(MismatchKind.NotErased, [Told($"{differences.BytesRead:N0} bytes are exactly what programming the new over the old contents makes of them")]);
        }

        if (differences.BitsMissing > 0 || Few(seen, differences) || bytes.All(pair => pair.Byte.Found == 0xFF))
        {
            return null;
        }

        var blank = BlankBits(seen, differences);
        if (differences.BitsWanted < NoChanceBits && blank < NoChanceBits)
        {
            return null;
        }

        var told = Told($"{differences.BitsTooMany:N0} bits that should be blank are programmed, and none that should be programmed is blank");
        return differences.BitsTooMany < SparseBits * (blank + differences.BitsTooMany)
            ? new Claim(MismatchKind.PartlyErased, [told, Told($"{blank:N0} bits around them are blank as they should be")])
            : new Claim(MismatchKind.NotErased, [told]);
    }

    /// <summary>Bits that should be blank between the first difference and the last, sector by sector, and are.</summary>
    private static long BlankBits(Comparison seen, Differences differences)
    {
        var right = 0L;
        foreach (var sector in seen.Layout.Sectors.Where(sector => differences.Stretches.Any(stretch => stretch.Range.Overlaps(sector.Range))))
        {
            var inside = differences.Stretches.Where(stretch => stretch.Range.Overlaps(sector.Range)).ToList();
            var first = Math.Max(inside[0].Range.Start.Value, sector.Range.Start.Value);
            var last = Math.Min(inside[^1].Range.Last.Value, sector.Range.Last.Value);
            foreach (var part in seen.Parts.Where(part => part.At.Value <= last && part.Range.Last.Value >= first))
            {
                var from = (int)(Math.Max(first, part.At.Value) - part.At.Value);
                var to = (int)(Math.Min(last, part.Range.Last.Value) - part.At.Value);
                for (var i = from; i <= to; i++)
                {
                    right += BitOperations.PopCount((uint)(byte)(~(part.Wanted.Span[i] ^ seen.Grain.Erased) & ~(part.Found.Span[i] ^ seen.Grain.Erased)));
                }
            }
        }

        return right;
    }

    private static Claim? StuckBits(Comparison seen, Differences differences) =>
        Few(seen, differences) && (differences.BitsMissing == 0 || differences.BitsTooMany == 0) && differences.Compared - differences.Bytes >= EnoughBytes
            ? new Claim(
                MismatchKind.StuckCells,
                [
                    differences.BitsMissing == 0
                        ? Told($"{Bits(differences.BitsTooMany)} programmed that should be blank, and all around is right")
                        : Told($"{Bits(differences.BitsMissing)} blank that should be programmed, and all around is right"),
                ])
            : null;

    private static string Bits(long bits) => bits == 1 ? "1 bit is" : $"{bits} bits are";

    /// <summary>So few bits, in so few places, that the cells are to blame and no step of the job. No more than two in a byte: a byte that is wrong altogether is something else.</summary>
    private static bool Few(Comparison seen, Differences differences)
    {
        if (differences.BitsTooMany + differences.BitsMissing > MostStuckBits)
        {
            return false;
        }

        var bytes = differences.Stretches.SelectMany(stretch => Differences.BytesOf(stretch, seen)).ToList();
        return bytes.All(one => BitOperations.PopCount((uint)(one.Wanted ^ one.Found)) <= 2)
            && bytes.Select(one => seen.Grain.Down(one.At.Value)).Distinct().Count() <= MostStuckUnits;
    }

    internal static string Told(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What one look at the bytes comes to.</summary>
    internal sealed record Claim(MismatchKind Kind, IReadOnlyList<string> Evidence, int? MovedBy = null, Address? FlashEnd = null);
}
