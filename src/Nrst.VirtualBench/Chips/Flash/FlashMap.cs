using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A page or sector: the smallest piece that an erase takes.</summary>
/// <param name="Index">Counted through all banks.</param>
/// <param name="Bank">1 or 2, as the manual counts. Of the cells, whatever address they are seen at.</param>
/// <param name="Number">Counted from the beginning of its bank.</param>
/// <param name="Field">What the page or sector field of the controller must hold to name it.</param>
/// <param name="Range">Where it is seen under the present option bytes.</param>
/// <param name="Offset">Of its first byte among all cells.</param>
internal sealed record FlashUnit(int Index, int Bank, int Number, uint Field, AddressRange Range, uint Offset)
{
    public int BankMask => 1 << (Bank - 1);
}

/// <summary>A byte of the main flash.</summary>
/// <param name="Offset">Among all cells.</param>
internal readonly record struct FlashPlace(FlashUnit Unit, uint Offset);

/// <summary>The erase units of a part under its present option bytes.</summary>
internal sealed class FlashMap
{
    private readonly FlashUnit[] units;
    private readonly FlashUnit[] byAddress;

    private FlashMap(FlashUnit[] units)
    {
        this.units = units;
        byAddress = [.. units.OrderBy(unit => unit.Range.Start)];
        IsPlain = units.All(unit => unit.Range.Start.Value - byAddress[0].Range.Start.Value == unit.Offset);
    }

    /// <summary>Bank 1 first, whatever is seen where.</summary>
    public IReadOnlyList<FlashUnit> Units => units;

    public int Banks => units[^1].Bank;

    /// <summary>From the first byte to the last, holes included.</summary>
    public AddressRange Range => new(byAddress[0].Range.Start, byAddress[^1].Range.Last - byAddress[0].Range.Start + 1);

    /// <summary>Every byte is seen at its offset from the beginning: no hole, banks not exchanged.</summary>
    public bool IsPlain { get; }

    /// <summary>The layout whose condition the option bytes meet; the factory one where they meet none.</summary>
    /// <param name="option">Reads the option register at an address, as it is in force.</param>
    public static FlashMap Of(Part part, Func<Address, uint> option)
    {
        var layout = part.Layouts.FirstOrDefault(layout => layout.Holds(option)) ?? part.Layouts[0];
        var units = new List<FlashUnit>();
        var offset = 0u;
        foreach (var bank in layout.Banks.OrderBy(bank => bank.Number))
        {
            for (var n = 0; n < bank.Layout.Sectors.Count; n++)
            {
                var range = bank.Layout.Sectors[n].Range;
                units.Add(new FlashUnit(units.Count, bank.Number, n, bank.FirstField + (uint)n, range, offset));
                offset += range.Length;
            }
        }

        return new FlashMap([.. units]);
    }

    /// <param name="field">What the page or sector field of the controller holds.</param>
    public FlashUnit? Find(int bank, uint field) =>
        Array.Find(units, unit => unit.Bank == bank && unit.Field == field);

    public IEnumerable<FlashUnit> InBank(int bank) => units.Where(unit => unit.Bank == bank);

    /// <summary>The unit that is seen at an address; null in a hole and beyond the end.</summary>
    public FlashUnit? At(uint address)
    {
        var (low, high) = (0, byAddress.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var unit = byAddress[middle];
            if (address < unit.Range.Start.Value)
            {
                high = middle - 1;
            }
            else if (address > unit.Range.Last.Value)
            {
                low = middle + 1;
            }
            else
            {
                return unit;
            }
        }

        return null;
    }
}
