namespace Nrst.Targets;

/// <summary>How people write part numbers, against how the device files do.</summary>
internal static class PartNames
{
    /// <summary>One is the beginning of the other, where <c>X</c> in what was asked stands for any letter.</summary>
    public static bool Fits(string name, string asked)
    {
        for (var i = 0; i < Math.Min(name.Length, asked.Length); i++)
        {
            if (asked[i] != name[i] && asked[i] != 'X')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a part can be meant by what was asked, in upper case. <c>-A</c> and <c>-X</c> stand at the end of an order code,
    /// behind package and temperature (<c>STM32L151C6T6A</c> is the <c>STM32L151C6-A</c>) or, in the names of headers, alone
    /// (<c>stm32l151xba</c>); in <c>STM32L151VDTx</c> the x is the temperature.
    /// </summary>
    public static bool CanBe(string name, string asked) => name is [.. var plain, '-', var suffix]
        ? Fits(name, asked) || ((asked.Length == plain.Length + 1 || asked.Length >= plain.Length + 3) && asked[plain.Length] != '-' && asked[^1] == suffix && Fits(plain, asked[..plain.Length]))
        : asked.Contains('-', StringComparison.Ordinal) ? Fits(name, asked) && asked.Length <= name.Length : Fits(name, asked);

    /// <summary>Where names agree, their letters; where not, an <c>x</c>: <c>STM32G071xB</c>.</summary>
    public static string Common(IReadOnlyList<string> names) => new(
        [.. Enumerable.Range(0, names.Min(name => name.Length)).Select(i => names.All(name => name[i] == names[0][i]) ? names[0][i] : 'x')]);

    /// <summary>Letters to change, add or leave out to make one of the other.</summary>
    public static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
