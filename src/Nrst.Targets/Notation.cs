using System.Globalization;

namespace Nrst.Targets;

/// <summary>The notation of the device files, word by word. What cannot be read is a <see cref="FormatException"/>.</summary>
internal static class Notation
{
    /// <summary><c>0x1FFF_7A22</c>: the underscores are for the reader.</summary>
    public static uint Hex(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal)
        && uint.TryParse(text[2..].Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new FormatException($"'{text}' is not a number such as '0x1FFF_7A22'.");

    /// <summary><c>528</c>, <c>64K</c>, <c>32M</c> or <c>1G</c>, in bytes.</summary>
    public static uint Size(string text)
    {
        var shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        var digits = shift == 0 ? text : text[..^1];
        return uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number <= uint.MaxValue >> shift
                ? number << shift
                : throw new FormatException($"'{text}' is not a size such as '64K'.");
    }

    /// <summary><c>0x2000_0000 112K SRAM1</c>; the name may have blanks.</summary>
    public static NamedRange Range(string text)
    {
        if (text.Split(' ', 3) is not [var at, var size, { Length: > 0 } name])
        {
            throw new FormatException($"'{text}' is not a memory such as '0x2000_0000 112K SRAM1'.");
        }

        try
        {
            return new NamedRange(name, new AddressRange(new Address(Hex(at)), Size(size)));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new FormatException($"'{text}' runs past the top of the map.");
        }
    }

    /// <summary>A memory that runs code unless its name ends in <c>data-only</c>.</summary>
    public static RamRegion Ram(string text)
    {
        const string DataOnly = " data-only";
        var (name, range) = Range(text);
        return name.EndsWith(DataOnly, StringComparison.Ordinal)
            ? new RamRegion(name[..^DataOnly.Length], range, Executes: false)
            : new RamRegion(name, range, Executes: true);
    }

    /// <summary><c>0x1003 Y</c>: REV_ID and the letter on the package.</summary>
    public static (ushort Id, string Letter) Revision(string text) =>
        text.Split(' ', 2) is [var id, { Length: > 0 } letter] && Hex(id) is <= ushort.MaxValue and var value
            ? ((ushort)value, letter)
            : throw new FormatException($"'{text}' is not a revision such as '0x1003 Y'.");

    /// <summary><c>16/100us</c> or <c>250/500ms</c>: typical and longest.</summary>
    public static (TimeSpan Typical, TimeSpan Max) Times(string text)
    {
        var ticks = text.EndsWith("us", StringComparison.Ordinal) ? TimeSpan.TicksPerMicrosecond
            : text.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.TicksPerMillisecond
            : throw new FormatException($"'{text}' has no unit; a pair of times is '250/500ms'.");

        return text[..^2].Split('/') is [var typical, var max] && Count(typical) is { } usual && Count(max) is { } longest && usual <= longest
            ? (new TimeSpan(usual * ticks), new TimeSpan(longest * ticks))
            : throw new FormatException($"'{text}' is not a typical and a longest time such as '250/500ms'.");

        static int? Count(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }

    /// <summary><c>16K: x8 400/800ms, x16 300/600ms, x32 250/500ms</c>.</summary>
    public static IEnumerable<EraseTime> EraseTimes(string text)
    {
        if (text.Split(": ") is not [var size, var entries] || Size(size) % 1024 != 0)
        {
            throw new FormatException($"'{text}' is not a row of erase times such as '16K: x8 400/800ms, x16 300/600ms'.");
        }

        foreach (var entry in entries.Split(", "))
        {
            if (entry.Split(' ') is not [['x', .. var bits], var times] || bits is not ("8" or "16" or "32"))
            {
                throw new FormatException($"'{entry}' is not an erase time such as 'x32 250/500ms'.");
            }

            var (typical, max) = Times(times);
            yield return new EraseTime(int.Parse(bits, CultureInfo.InvariantCulture), (int)(Size(size) / 1024), typical, max);
        }
    }

    /// <summary><c>DB1M=1: 4x16K 1x64K 3x128K | 4x16K 1x64K 3x128K</c>: when it holds, and bank after bank.</summary>
    public static BankedLayout Layout(string text, Address start, int? secondBankFrom)
    {
        var (when, runs) = text.Split(": ") switch
        {
            [var all] => (null, all),
            [var bit, var rest] => (bit, rest),
            _ => throw new FormatException($"'{text}' names more than one condition."),
        };

        var banks = runs.Split(" | ") switch
        {
            [var only] => [Bank(1, start, only, 0)],
            [var first, var second] when secondBankFrom is { } number => Two(Bank(1, start, first, 0), second, number),
            [_, _] => throw new FormatException($"'{text}' has a second bank, but the row does not say 'secondBankFrom'."),
            _ => throw new FormatException($"'{text}' has more than two banks."),
        };
        return new BankedLayout(when, banks);

        static FlashBank Bank(int number, Address at, string runs, int firstSector)
        {
            var layout = FlashLayout.Parse(at, runs, firstSector);
            return layout.Sectors.Count > 0
                ? new FlashBank(number, layout)
                : throw new FormatException($"Bank {number} has no sectors.");
        }

        static IReadOnlyList<FlashBank> Two(FlashBank first, string second, int number) =>
            [first, Bank(2, first.Layout.Sectors[^1].Range.Last + 1, second, number)];
    }
}
