using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A page or sector: the smallest piece that an erase takes.</summary>
/// <param name="Index">Counted through all banks.</param>
/// <param name="Bank">1 or 2, as the manual counts. Of the cells, whatever address they are seen at.</param>
/// <param name="Number">Counted from the beginning of its bank.</param>
/// <param name="Range">Where it is seen while the banks are not swapped.</param>
/// <param name="Offset">Of its first byte among all cells.</param>
internal sealed record FlashUnit(int Index, int Bank, int Number, AddressRange Range, uint Offset)
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

    private FlashMap(FlashUnit[] units) => this.units = units;

    public IReadOnlyList<FlashUnit> Units => units;

    public int Banks => units[^1].Bank;

    /// <summary>The layout whose condition the option bytes meet; the factory one where they meet none.</summary>
    /// <param name="holds">Whether an option bit has a value: <c>DB1M=1</c>.</param>
    public static FlashMap Of(Part part, Func<string, bool> holds)
    {
        var layout = part.Layouts.FirstOrDefault(layout => layout.When is null || holds(layout.When)) ?? part.Layouts[0];
        var units = new List<FlashUnit>();
        var offset = 0u;
        foreach (var bank in layout.Banks)
        {
            for (var n = 0; n < bank.Layout.Sectors.Count; n++)
            {
                var range = bank.Layout.Sectors[n].Range;
                units.Add(new FlashUnit(units.Count, bank.Number, n, range, offset));
                offset += range.Length;
            }
        }

        return new FlashMap([.. units]);
    }

    public FlashUnit? Find(int bank, uint number) =>
        Array.Find(units, unit => unit.Bank == bank && unit.Number == number);

    public IEnumerable<FlashUnit> InBank(int bank) => units.Where(unit => unit.Bank == bank);

    /// <summary>The first address of a bank.</summary>
    public uint StartOf(int bank) => Array.Find(units, unit => unit.Bank == bank)!.Range.Start.Value;

    /// <summary>The unit at an address of the map in which the banks are not swapped; null in a gap and beyond the end.</summary>
    public FlashUnit? At(uint address)
    {
        var (low, high) = (0, units.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var unit = units[middle];
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
