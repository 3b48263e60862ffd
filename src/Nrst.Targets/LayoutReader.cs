namespace Nrst.Targets;

/// <summary>Reads the sector maps of one device's parts.</summary>
/// <param name="start">Where main flash starts.</param>
/// <param name="swap">The option value that exchanges the banks; null where nothing does.</param>
/// <param name="secondBankFrom">The number of the first sector of bank 2; null where it goes on counting from bank 1.</param>
/// <param name="secondBankField">What the controller's sector field holds for the first sector of bank 2.</param>
internal sealed class LayoutReader(
    Address start, IReadOnlyDictionary<string, OptionField> options, OptionValue? swap, int? secondBankFrom, uint secondBankField)
{
    /// <summary>
    /// <c>DB1M=1: 4x16K 1x64K 3x128K | 4x16K 1x64K 3x128K</c>: when it holds, and bank after bank. A bank that leaves a hole
    /// before it says where it lies: <c>32x2K | @0x0804_0000 32x2K</c>. Where banks can be exchanged, one such line is two maps.
    /// </summary>
    public IEnumerable<BankedLayout> Read(string text)
    {
        var (when, runs) = text.Split(": ") switch
        {
            [var all] => ([], all),
            [var values, var rest] => (values.Split(' ').Select(value => OptionNotation.Value(value, options)).ToArray(), rest),
            _ => throw new FormatException($"'{text}' has more than one ': '."),
        };
        var banks = runs.Split(" | ") switch
        {
            [var only] => [Bank(1, start, only, 0, 0)],
            [var first, var second] => Two(Bank(1, start, first, 0, 0), second),
            _ => throw new FormatException($"'{text}' has more than two banks."),
        };
        if (swap is null || banks.Length == 1)
        {
            return [new BankedLayout(when, banks)];
        }

        var other = swap with { Value = swap.Value ^ 1 };
        return [new BankedLayout([.. when, other], banks), new BankedLayout([.. when, swap], Exchanged(banks))];
    }

    private FlashBank[] Two(FlashBank first, string second)
    {
        var at = first.Layout.Range.Last + 1;
        if (second.Split(' ', 2) is [['@', .. var place], var rest])
        {
            (at, second) = (new Address(Notation.Hex(place)), rest);
        }

        return [first, Bank(2, at, second, secondBankFrom ?? first.Layout.Sectors.Count, secondBankField)];
    }

    private static FlashBank Bank(int number, Address at, string runs, int firstSector, uint firstField)
    {
        var layout = FlashLayout.Parse(at, runs, firstSector);
        return layout.Sectors.Count > 0
            ? new FlashBank(number, layout, firstField)
            : throw new FormatException($"Bank {number} has no sectors.");
    }

    private static FlashBank[] Exchanged(FlashBank[] banks) =>
    [
        banks[1] with { Layout = banks[1].Layout.MovedTo(banks[0].Layout.Range.Start) },
        banks[0] with { Layout = banks[0].Layout.MovedTo(banks[1].Layout.Range.Start) },
    ];
}
