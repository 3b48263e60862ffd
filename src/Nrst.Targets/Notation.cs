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

    /// <summary>A memory that runs code unless its name ends in <c>data-only</c>; <c>alias</c> says that it is listed already.</summary>
    public static RamRegion Ram(string text)
    {
        const string DataOnly = " data-only";
        const string Alias = " alias";
        var (name, range) = Range(text);
        return name.EndsWith(DataOnly, StringComparison.Ordinal) ? new RamRegion(name[..^DataOnly.Length], range, Executes: false)
            : name.EndsWith(Alias, StringComparison.Ordinal) ? new RamRegion(name[..^Alias.Length], range, Executes: true, IsAlias: true)
            : new RamRegion(name, range, Executes: true);
    }

    /// <summary><c>0x1003 Y</c>: REV_ID and the letter on the package.</summary>
    public static (ushort Id, string Letter) Revision(string text) =>
        text.Split(' ', 2) is [var id, { Length: > 0 } letter] && Hex(id) is <= ushort.MaxValue and var value
            ? ((ushort)value, letter)
            : throw new FormatException($"'{text}' is not a revision such as '0x1003 Y'.");

    /// <summary><c>0xE004_2008 0x0000_1800</c>: a register and bits of it.</summary>
    public static RegisterBits Bits(string text) =>
        text.Split(' ') is [var at, var mask] && Hex(mask) is > 0 and var bits
            ? new RegisterBits(new Address(Hex(at)), bits)
            : throw new FormatException($"'{text}' is not a register with bits such as '0xE004_2008 0x0000_1800'.");

    /// <summary><c>0xE004_2000</c>; <c>ap2 0xE00E_1000</c> through another access port; <c>0x4000_0004 jtag</c> for a JTAG id code.</summary>
    public static IdCodePlace IdCode(string text, int accessPort) => text.Split(' ') switch
    {
        [var at] => new IdCodePlace(accessPort, new Address(Hex(at)), FromJtagId: false),
        [var at, "jtag"] => new IdCodePlace(accessPort, new Address(Hex(at)), FromJtagId: true),
        [var port, var at] => new IdCodePlace(AccessPort(port), new Address(Hex(at)), FromJtagId: false),
        _ => throw new FormatException($"'{text}' is not a place of the identity code such as '0xE004_2000'."),
    };

    /// <summary><c>0x1FFF_7A10</c>, or <c>0x1FF8_0050 +0x0 +0x4 +0x14</c> where the words do not follow one another.</summary>
    public static UniqueIdPlace UniqueId(string text)
    {
        var words = text.Split(' ');
        return new UniqueIdPlace(
            new Address(Hex(words[0])),
            words.Length == 1 ? [0, 4, 8] : [.. words[1..].Select(offset => offset is ['+', .. var value]
                ? Hex(value)
                : throw new FormatException($"'{offset}' is not an offset such as '+0x14'."))]);
    }

    /// <summary><c>0x1FFF_7A22</c>, or with <c>low byte</c>, <c>L1 code</c>, <c>words - 1</c> or <c>may be blank</c> behind it.</summary>
    public static SizeRegister SizeRegister(string text)
    {
        var (at, form) = text.Split(' ', 2) is [var first, var rest] ? (first, rest) : (text, "");
        var address = new Address(Hex(at));
        return form switch
        {
            "" => new SizeRegister(address, SizeForm.KiB, MayBeBlank: false),
            "may be blank" => new SizeRegister(address, SizeForm.KiB, MayBeBlank: true),
            "low byte" => new SizeRegister(address, SizeForm.LowByteKiB, MayBeBlank: false),
            "L1 code" => new SizeRegister(address, SizeForm.L1Code, MayBeBlank: false),
            "words - 1" => new SizeRegister(address, SizeForm.WordsLessOne, MayBeBlank: false),
            _ => throw new FormatException($"'{form}' is no way to read a flash size register."),
        };
    }

    /// <summary><c>0x4002_3000 clock 0x4002_3830 0x0000_1000</c>; <c>fixed</c> in front where the polynomial cannot be chosen.</summary>
    public static CrcUnit Crc(string text) => text.Split(' ') switch
    {
        ["fixed", var at, "clock", var rcc, var bit] => new CrcUnit(new Address(Hex(at)), Bits($"{rcc} {bit}"), Fixed: true),
        [var at, "clock", var rcc, var bit] => new CrcUnit(new Address(Hex(at)), Bits($"{rcc} {bit}"), Fixed: false),
        _ => throw new FormatException($"'{text}' is not a CRC unit such as '0x4002_3000 clock 0x4002_3830 0x0000_1000'."),
    };

    /// <summary><c>USB OTG HS reset 0x4002_3810 0x2000_0000</c>; <c>clock</c> instead of <c>reset</c> where its clock is all that can be taken away.</summary>
    public static BusMasterReset BusMaster(string text) =>
        text.Split(' ') is [.. { Length: > 0 } name, ("reset" or "clock") and var how, var at, var mask]
            ? new BusMasterReset(string.Join(' ', name), Bits($"{at} {mask}"), how == "clock")
            : throw new FormatException($"'{text}' is not a bus master such as 'DMA1 reset 0x4002_3810 0x0020_0000'.");

    /// <summary><c>16000000</c>, then steps: <c>0x4002_1000 0x0000_00F8 = 0x0000_0088</c>, and with <c>until</c> where the hardware is waited for.</summary>
    public static FasterClock FasterClock(IReadOnlyList<string> rows) => rows is { Count: > 1 }
        ? new FasterClock(uint.Parse(rows[0], CultureInfo.InvariantCulture), [.. rows.Skip(1).Select(Step)])
        : throw new FormatException("A faster clock is a number of hertz and at least one step.");

    private static ClockStep Step(string text) => text.Split(' ') is [var at, var mask, ("=" or "until") and var how, var value]
        ? new ClockStep(new Address(Hex(at)), Hex(mask), Hex(value), how == "until")
        : throw new FormatException($"'{text}' is not a step such as '0x4002_1000 0x0000_00F8 = 0x0000_0088'.");

    /// <summary><c>ap3 Cortex-M4F</c>.</summary>
    public static SecondCore SecondCore(string text) =>
        text.Split(' ', 2) is [var port, var core]
            ? new SecondCore(core, AccessPort(port))
            : throw new FormatException($"'{text}' is not a second core such as 'ap3 Cortex-M4F'.");

    /// <summary><c>controller 0x5002_2000 flash 0x0C00_0000 ram +0x1000_0000</c>.</summary>
    public static SecureAlias Secure(string text) =>
        text.Split(' ') is ["controller", var controller, "flash", var flash, "ram", ['+', .. var offset]]
            ? new SecureAlias(new Address(Hex(controller)), new Address(Hex(flash)), Hex(offset))
            : throw new FormatException($"'{text}' is not a secure view such as 'controller 0x5002_2000 flash 0x0C00_0000 ram +0x1000_0000'.");

    /// <summary><c>swd simulated: OpenOCD 0.12, st-flash 1.7</c>; nothing behind the colon where nobody else looked.</summary>
    public static Evidence Evidence(string text) =>
        text.Split(':', 2) is [var head, var agreed] && head.Split(' ') is [("swd" or "dfu" or "uart") and var route, ("simulated" or "silicon") and var level]
            ? new Evidence(route, level, [.. agreed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)])
            : throw new FormatException($"'{text}' is not evidence such as 'swd simulated: OpenOCD 0.12, st-flash 1.7'.");

    private static int AccessPort(string text) =>
        text is ['a', 'p', >= '0' and <= '9' and var digit] ? digit - '0' : throw new FormatException($"'{text}' is not an access port such as 'ap1'.");
}
