using System.Globalization;

namespace Nrst.Bootloaders.Dfu;

/// <summary>Sectors of one size that follow one another.</summary>
/// <param name="Bytes">All of them together; a fractional count ends inside a sector.</param>
public sealed record DfuSegment(Address Start, uint SectorBytes, uint Bytes, bool Readable, bool Erasable, bool Writable)
{
    public AddressRange Range => new(Start, Bytes);
}

/// <summary>What an alternate setting gives access to, by its name.</summary>
public enum DfuPurpose
{
    Flash,
    Options,
    Otp,
    Eeprom,

    /// <summary>The voltage range of an STM32F2, F4 or F7.</summary>
    Feature,

    Other,
}

/// <summary>
/// The memory layout that a DfuSe device writes into the name of an alternate setting:
/// <code>
/// alt   '@' name area+
/// area  '/' "0x" hex '/' segment (',' segment)*
/// segment  count ['.' digit] '*' size [' ' | 'B' | 'K' | 'M' | '.'] type
/// </code>
/// </summary>
/// <param name="Text">As it was read.</param>
/// <param name="Flaw">Why nothing, or not all, could be read of it; null where all was.</param>
public sealed record DfuLayout(string Text, string Name, IReadOnlyList<DfuSegment> Segments, string? Flaw)
{
    /// <summary>More than any STM32 has, and few enough to look at.</summary>
    private const int MostSectors = 1 << 16;

    public DfuPurpose Purpose =>
        Name.Contains("Flash", StringComparison.OrdinalIgnoreCase) ? DfuPurpose.Flash
        : Name.StartsWith("Option", StringComparison.OrdinalIgnoreCase) || Name.StartsWith("OB ", StringComparison.OrdinalIgnoreCase) ? DfuPurpose.Options
        : Name.StartsWith("OTP", StringComparison.OrdinalIgnoreCase) ? DfuPurpose.Otp
        : Name.StartsWith("DATA", StringComparison.OrdinalIgnoreCase) || Name.Contains("EEPROM", StringComparison.OrdinalIgnoreCase) ? DfuPurpose.Eeprom
        : Name.StartsWith("Device Feature", StringComparison.OrdinalIgnoreCase) ? DfuPurpose.Feature
        : DfuPurpose.Other;

    /// <summary>The sectors as sizes and positions; a segment that is only partly there ends with what is left.</summary>
    public IEnumerable<AddressRange> Sectors =>
        Segments.SelectMany(segment => Enumerable.Range(0, (int)((segment.Bytes + segment.SectorBytes - 1) / segment.SectorBytes))
            .Select(i => new AddressRange(
                segment.Start + (uint)i * segment.SectorBytes, Math.Min(segment.SectorBytes, segment.Bytes - (uint)i * segment.SectorBytes))));

    /// <summary>Reads as much as can be read. Throws nothing.</summary>
    public static DfuLayout Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var name = (slash < 0 ? text : text[..slash]).TrimStart('@').Trim();
        var segments = new List<DfuSegment>();
        string? flaw = text.Length == 0 ? "the name is empty" : slash < 0 ? "there is no memory in it" : null;
        var fields = slash < 0 ? [] : text[(slash + 1)..].Split('/');
        for (var i = 0; i < fields.Length && flaw is null; i += 2)
        {
            flaw = ReadAddress(fields[i]) is not { } start ? $"'{Short(fields[i])}' is no address"
                : i + 1 == fields.Length ? $"it breaks off after {fields[i]}"
                : ReadArea(start, fields[i + 1], segments);
        }

        return new DfuLayout(text, name, segments, flaw ?? Overlap(segments));
    }

    private static string? ReadArea(Address start, string area, List<DfuSegment> segments)
    {
        var at = (ulong)start.Value;
        var parts = area.Split(',');
        foreach (var (i, part) in parts.Index())
        {
            if (part.Length == 0 && i == parts.Length - 1 && i > 0)
            {
                return null; // a comma too many at the end
            }

            if (ReadSegment(part) is not var (bytes, sector, type) || sector == 0 || bytes == 0)
            {
                return $"'{Short(part)}' is no run of sectors";
            }

            if (at + bytes > 1UL << 32 || bytes / sector > MostSectors)
            {
                return $"'{Short(part)}' does not fit the address map";
            }

            // The letter's low three bits are readable, erasable, writable.
            segments.Add(new DfuSegment(new Address((uint)at), (uint)sector, (uint)bytes, (type & 1) != 0, (type & 2) != 0, (type & 4) != 0));
            at += bytes;
        }

        return null;
    }

    private static (ulong Bytes, ulong Sector, char Type)? ReadSegment(string text)
    {
        var star = text.IndexOf('*', StringComparison.Ordinal);
        if (star < 0 || !decimal.TryParse(text.AsSpan(0, star).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) || count > MostSectors)
        {
            return null;
        }

        var rest = text.AsSpan(star + 1).TrimStart();
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 9)
        {
            return null; // no digit, nothing behind them, or no size of this world
        }

        // "1536*128g" has no multiplier, "1024*256 g" a blank for one; the letter of the type comes last.
        var scale = rest[digits] switch { 'K' => 1024UL, 'M' => 1024UL * 1024, ' ' or 'B' or '.' => 1UL, _ => 0UL };
        var type = scale == 0 ? rest[digits..] : rest[(digits + 1)..];
        if (type.Length == 0 || !char.IsAsciiLetterLower(type[0]))
        {
            return null;
        }

        var sector = ulong.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture) * Math.Max(1, scale);
        return ((ulong)Math.Round(count * sector), sector, type[0]);
    }

    private static Address? ReadAddress(string text) =>
        text.Trim() is ['0', 'x' or 'X', .. { Length: > 0 and <= 8 } digits] && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address)
            ? new Address(address)
            : null;

    private static string? Overlap(List<DfuSegment> segments)
    {
        var sorted = segments.OrderBy(segment => segment.Start).ToList();
        return sorted.Zip(sorted.Skip(1)).Any(pair => pair.First.Range.Overlaps(pair.Second.Range)) ? "two of its areas overlap" : null;
    }

    private static string Short(string text) => text.Length <= 24 ? text : text[..24] + "…";
}
