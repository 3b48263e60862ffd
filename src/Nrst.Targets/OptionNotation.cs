using System.Globalization;

namespace Nrst.Targets;

/// <summary>How the device files name option fields and their values. What cannot be read is a <see cref="FormatException"/>.</summary>
internal static class OptionNotation
{
    /// <summary><c>DB1M FLASH_OPTCR 0x4002_3C14 [30]</c> or <c>TZEN FLASH_OPTSR2_CUR 0x4002_2070 [31:24]</c>.</summary>
    public static OptionField Field(string text)
    {
        if (text.Split(' ') is [var name, var register, var at, ['[', .. var bits, ']']]
            && bits.Split(':').Select(bit => byte.TryParse(bit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < 32 ? number : -1).ToArray()
                is [var high, ..] ends && ends.Length <= 2 && ends[^1] >= 0 && high >= ends[^1])
        {
            return new OptionField(name, register, new Address(Notation.Hex(at)), ends[^1], high - ends[^1] + 1);
        }

        throw new FormatException($"'{text}' is not an option field such as 'DB1M FLASH_OPTCR 0x4002_3C14 [30]'.");
    }

    /// <summary><c>DB1M=1</c> or <c>TZEN=0xB4</c>.</summary>
    public static OptionValue Value(string text, IReadOnlyDictionary<string, OptionField> fields)
    {
        if (text.Split('=') is not [var name, { Length: > 0 } value])
        {
            throw new FormatException($"'{text}' is not an option value such as 'DB1M=1'.");
        }

        var field = fields.GetValueOrDefault(name) ?? throw new FormatException($"'{name}' is none of the option fields of this file.");
        var number = value is "0" or "1" ? (uint)(value[0] - '0') : Notation.Hex(value);
        return field.Of(number << field.LowestBit) == number
            ? new OptionValue(field, number)
            : throw new FormatException($"'{text}': the field has {field.Width} bits.");
    }
}
