using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>A sector as the controller addresses it.</summary>
/// <param name="Index">Counted through all banks.</param>
/// <param name="Snb">The SNB field that selects it: bank 2 starts at 0x10.</param>
internal sealed record MappedSector(int Index, uint Snb, int Bank, AddressRange Range)
{
    /// <summary>The position of its nWRP bit in OPTCR (bank 1) or OPTCR1 (bank 2).</summary>
    public int WriteProtectBit(uint mask) => 16 + Math.Min((int)(Snb & 0xF), System.Numerics.BitOperations.PopCount(mask) - 1);
}

/// <summary>The sectors of a part under its present option bytes.</summary>
internal sealed class FlashSectorMap
{
    private FlashSectorMap(IReadOnlyList<MappedSector> sectors) => Sectors = sectors;

    public IReadOnlyList<MappedSector> Sectors { get; }

    public static FlashSectorMap Of(Part part, uint optcr)
    {
        var layout = part.Layouts.First(layout => layout.Holds(_ => optcr)); // whatever chooses the map of an STM32F4 is in OPTCR
        var sectors = new List<MappedSector>();
        for (var bank = 0; bank < layout.Banks.Count; bank++)
        {
            var inBank = layout.Banks[bank].Layout.Sectors;
            for (var n = 0; n < inBank.Count; n++)
            {
                sectors.Add(new MappedSector(sectors.Count, (uint)((bank << 4) | n), bank + 1, inBank[n].Range));
            }
        }

        return new FlashSectorMap(sectors);
    }

    public MappedSector? BySnb(uint snb) => Sectors.FirstOrDefault(sector => sector.Snb == snb);

    public MappedSector At(uint address) => Sectors.First(sector => sector.Range.Contains(new Address(address)));
}
