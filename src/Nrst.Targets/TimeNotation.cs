using System.Globalization;

namespace Nrst.Targets;

/// <summary>How the device files write times. What cannot be read is a <see cref="FormatException"/>.</summary>
internal static class TimeNotation
{
    public static FlashTimes Times(TimesRow row)
    {
        ProgramTime[] program = [.. row.Program.SelectMany(ProgramTimes)];
        var widest = program.Length > 0 ? program[^1] : throw new FormatException("There is no program time.");
        return new FlashTimes(
            widest.Typical, widest.Max, [.. row.Erase.SelectMany(EraseTimes)], [.. row.BankErase.SelectMany(EraseTimes)])
        {
            From = row.From,
            ProgramAt = program.Length > 1 ? program : [],
            Burst = row.Burst is { } burst ? ProgramTimes(burst).Single() : null,
        };
    }

    /// <summary><c>16/100us</c>, <c>22.02/24.47ms</c>: typical and longest.</summary>
    public static (TimeSpan Typical, TimeSpan Max) Pair(string text)
    {
        var ticks = text.EndsWith("us", StringComparison.Ordinal) ? TimeSpan.TicksPerMicrosecond
            : text.EndsWith("ms", StringComparison.Ordinal) ? TimeSpan.TicksPerMillisecond
            : throw new FormatException($"'{text}' has no unit; a pair of times is '250/500ms'.");

        return text[..^2].Split('/') is [var typical, var max] && Count(typical) is { } usual && Count(max) is { } longest && usual <= longest
            ? (new TimeSpan((long)(usual * ticks)), new TimeSpan((long)(longest * ticks)))
            : throw new FormatException($"'{text}' is not a typical and a longest time such as '250/500ms'.");

        static decimal? Count(string digits) =>
            decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
    }

    /// <summary><c>16K: x8 400/800ms, x16 300/600ms, x32 250/500ms</c>; <c>2K: 22/40ms</c> where there is no parallelism to choose.</summary>
    public static IEnumerable<EraseTime> EraseTimes(string text)
    {
        if (text.Split(": ") is not [var size, var entries])
        {
            throw new FormatException($"'{text}' is not a row of erase times such as '16K: x8 400/800ms, x16 300/600ms'.");
        }

        var bytes = Notation.Size(size);
        return ProgramTimes(entries).Select(time => new EraseTime(time.Bits, bytes, time.Typical, time.Max));
    }

    private static IEnumerable<ProgramTime> ProgramTimes(string entries)
    {
        foreach (var entry in entries.Split(", "))
        {
            var (bits, times) = entry.Split(' ') switch
            {
                [var all] => ("0", all),
                [['x', .. "8" or "16" or "32" or "64"] width, var rest] => (width[1..], rest),
                _ => throw new FormatException($"'{entry}' is not a time such as 'x32 250/500ms'."),
            };
            var (typical, max) = Pair(times);
            yield return new ProgramTime(int.Parse(bits, CultureInfo.InvariantCulture), typical, max);
        }
    }
}
