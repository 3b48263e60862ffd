using System.Numerics;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Bytes as they should be, and as they were read.</summary>
/// <param name="Found">As long as <paramref name="Wanted"/>. What could not be read is as an erase leaves it, and named in <see cref="Comparison.Unreadable"/>.</param>
internal sealed record ComparedPart(Address At, ReadOnlyMemory<byte> Wanted, ReadOnlyMemory<byte> Found)
{
    public AddressRange Range => new(At, (uint)Wanted.Length);
}

/// <summary>The same place, read twice.</summary>
internal sealed record SecondLook(Address At, ReadOnlyMemory<byte> First, ReadOnlyMemory<byte> Second);

/// <summary>What a place held before anything was changed: its bytes, or what is left of them after a look from the chip.</summary>
/// <param name="Data">Null where only the checksum is known.</param>
/// <param name="Crc">Of all of the range; has a meaning where the bytes are not known.</param>
internal sealed record OldPiece(AddressRange Range, ReadOnlyMemory<byte>? Data, uint Crc);

/// <summary>All that is known of a proof that failed.</summary>
/// <param name="Parts">Lowest address first, none over another.</param>
internal sealed record Comparison(IReadOnlyList<ComparedPart> Parts, FlashGrain Grain, BankedLayout Layout)
{
    /// <summary>Words of the flash that the bus refuses to read. They are different, whatever belongs there.</summary>
    public IReadOnlyList<AddressRange> Unreadable { get; init; } = [];

    public IReadOnlyList<SecondLook> Again { get; init; } = [];

    /// <summary>Empty where nobody looked.</summary>
    public IReadOnlyList<OldPiece> Old { get; init; } = [];

    /// <summary>What should be in one bank, and what the same place of the other bank holds.</summary>
    public IReadOnlyList<ComparedPart> OtherBank { get; init; } = [];

    /// <summary>A program runs that can have changed what it lies in.</summary>
    public bool CoreRuns { get; init; }

    /// <summary>Words carry an error code, and the bus refuses those that are beyond repair.</summary>
    public bool HasEcc { get; init; }

    /// <summary>Where the flash of smaller siblings ends: the address behind it.</summary>
    public IReadOnlyList<Address> OtherEnds { get; init; } = [];
}

/// <summary>A stretch of a part from the first byte that differs to the last; at most fifteen right ones are between two that differ.</summary>
internal readonly record struct DifferentStretch(ComparedPart Part, int From, int To)
{
    public AddressRange Range => new(Part.At + (uint)From, (uint)(To - From));

    public ReadOnlySpan<byte> Wanted => Part.Wanted.Span[From..To];

    public ReadOnlySpan<byte> Found => Part.Found.Span[From..To];
}

/// <summary>What differs, counted.</summary>
internal sealed class Differences
{
    private const int MergeOver = 16;

    public Differences(Comparison seen)
    {
        var stretches = new List<DifferentStretch>();
        foreach (var part in seen.Parts)
        {
            Compared += part.Wanted.Length;
            stretches.AddRange(StretchesOf(part, seen.Unreadable));
        }

        Stretches = stretches;
        foreach (var stretch in stretches)
        {
            Count(stretch, seen);
        }

        Bytes = BytesRead + seen.Unreadable.Sum(range => seen.Parts.Where(part => part.Range.Overlaps(range)).Sum(part =>
            (long)Math.Min(range.Last.Value, part.Range.Last.Value) - Math.Max(range.Start.Value, part.At.Value) + 1));
    }

    public IReadOnlyList<DifferentStretch> Stretches { get; }

    public long Compared { get; }

    /// <summary>Those that cannot be read count.</summary>
    public long Bytes { get; }

    /// <summary>Of <see cref="Bytes"/>, those that were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Programmed, and should be as an erase leaves them.</summary>
    public long BitsTooMany { get; private set; }

    /// <summary>As an erase leaves them, and should be programmed.</summary>
    public long BitsMissing { get; private set; }

    /// <summary>Bits that should be programmed, in the bytes that differ.</summary>
    public long BitsWanted { get; private set; }

    public Address First => Stretches[0].Range.Start;

    /// <summary>Ranges as they are told: stretches that touch across the border of two parts are one.</summary>
    public IReadOnlyList<AddressRange> Ranges()
    {
        var ranges = new List<AddressRange>();
        foreach (var range in Stretches.Select(stretch => stretch.Range))
        {
            if (ranges.Count > 0 && (ulong)range.Start.Value - ranges[^1].Last.Value - 1 < MergeOver)
            {
                ranges[^1] = new AddressRange(ranges[^1].Start, range.Last - ranges[^1].Start + 1);
            }
            else
            {
                ranges.Add(range);
            }
        }

        return ranges;
    }

    /// <summary>Every byte that differs and was read: its address, and what is wanted and found with the bits of an erase as zeros.</summary>
    public static IEnumerable<(Address At, byte Wanted, byte Found)> BytesOf(DifferentStretch stretch, Comparison seen)
    {
        var erased = seen.Grain.Erased;
        for (var i = stretch.From; i < stretch.To; i++)
        {
            var (wanted, found) = (stretch.Part.Wanted.Span[i], stretch.Part.Found.Span[i]);
            var at = stretch.Part.At + (uint)i;
            if (wanted != found && !IsIn(seen.Unreadable, at))
            {
                yield return (at, (byte)(wanted ^ erased), (byte)(found ^ erased));
            }
        }
    }

    private static bool IsIn(IReadOnlyList<AddressRange> ranges, Address at)
    {
        for (var i = 0; i < ranges.Count; i++)
        {
            if (ranges[i].Contains(at))
            {
                return true;
            }
        }

        return false;
    }

    private static IEnumerable<DifferentStretch> StretchesOf(ComparedPart part, IReadOnlyList<AddressRange> unreadable)
    {
        var differs = new bool[part.Wanted.Length];
        for (var i = 0; i < differs.Length; i++)
        {
            differs[i] = part.Wanted.Span[i] != part.Found.Span[i];
        }

        foreach (var range in unreadable.Where(range => range.Overlaps(part.Range)))
        {
            var from = Math.Max(range.Start.Value, part.At.Value) - part.At.Value;
            var to = Math.Min(range.Last.Value, part.Range.Last.Value) - part.At.Value;
            differs.AsSpan((int)from, (int)(to - from + 1)).Fill(true);
        }

        for (var from = Array.IndexOf(differs, true); from >= 0;)
        {
            var last = from;
            var next = from;
            while (next >= 0 && next - last <= MergeOver)
            {
                last = next;
                next = Array.IndexOf(differs, true, last + 1);
            }

            yield return new DifferentStretch(part, from, last + 1);
            from = next;
        }
    }

    private void Count(DifferentStretch stretch, Comparison seen)
    {
        foreach (var (_, wanted, found) in BytesOf(stretch, seen))
        {
            BytesRead++;
            BitsTooMany += BitOperations.PopCount((uint)(found & ~wanted));
            BitsMissing += BitOperations.PopCount((uint)(wanted & ~found));
            BitsWanted += BitOperations.PopCount(wanted);
        }
    }
}
