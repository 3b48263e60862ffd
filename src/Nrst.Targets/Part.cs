namespace Nrst.Targets;

/// <summary>One part number without package and temperature letters: <c>STM32F407VG</c>.</summary>
/// <param name="Layouts">Possible sector maps; the first is what the chip has with factory option bytes.</param>
/// <param name="Ram">The best place for a loader first; a loader takes the first that executes and is large enough.</param>
public sealed record Part(string Name, int FlashKiB, IReadOnlyList<BankedLayout> Layouts, IReadOnlyList<RamRegion> Ram)
{
    /// <summary>Data EEPROM (STM32L0, L1); empty elsewhere.</summary>
    public IReadOnlyList<NamedRange> Eeprom { get; init; } = [];

    /// <summary>Where sources disagree on this part; null where they do not.</summary>
    public string? Note { get; init; }

    /// <summary>All RAM, each byte counted once.</summary>
    public long RamBytes => Ram.Where(ram => !ram.IsAlias).Sum(ram => (long)ram.Range.Length);
}

/// <summary>A sector map and when it holds.</summary>
/// <param name="When">The option values that choose it, all at once; empty where it always holds.</param>
/// <param name="Banks">Lowest address first: with exchanged banks, bank 2 comes first.</param>
public sealed record BankedLayout(IReadOnlyList<OptionValue> When, IReadOnlyList<FlashBank> Banks)
{
    public IEnumerable<FlashSector> Sectors => Banks.SelectMany(bank => bank.Layout.Sectors);

    /// <summary>From the first byte to the last. On a few parts of the STM32G4 and H7 there is a hole in between.</summary>
    public AddressRange Range { get; } = Span(Banks);

    /// <summary>Bytes that can be programmed: less than <see cref="Range"/> where there is a hole.</summary>
    public long Length => Banks.Sum(bank => (long)bank.Layout.Range.Length);

    /// <summary>The condition in words, <c>DB1M=1</c>; null where the map always holds.</summary>
    public string? Condition => When.Count == 0 ? null : string.Join(' ', When);

    /// <summary>Whether the option bits, read by the caller, choose this map.</summary>
    public bool Holds(Func<Address, uint> read) => When.All(value => value.Holds(read(value.Field.At)));

    private static AddressRange Span(IReadOnlyList<FlashBank> banks)
    {
        var first = banks[0].Layout.Range.Start;
        return new AddressRange(first, (uint)(banks[^1].Layout.Range.Last.Value + 1L - first.Value));
    }
}

/// <param name="Number">1 or 2, as the manual counts: the silicon's bank, wherever it is mapped.</param>
/// <param name="FirstField">What selects its first sector in the controller's page or sector field (PNB, SNB).</param>
public sealed record FlashBank(int Number, FlashLayout Layout, uint FirstField)
{
    /// <summary>What the controller's page or sector field must hold to name this sector of this bank.</summary>
    public uint FieldOf(FlashSector sector) => FirstField + (uint)(sector.Number - Layout.Sectors[0].Number);
}

/// <param name="Executes">Code can run from it (the CCM of an STM32F4 cannot).</param>
/// <param name="IsAlias">Another address of RAM that is listed already.</param>
public sealed record RamRegion(string Name, AddressRange Range, bool Executes, bool IsAlias = false);

/// <summary>A field of a register in which option bytes can be read as they are in force.</summary>
public sealed record OptionField(string Name, string Register, Address At, int LowestBit, int Width)
{
    public uint Of(uint word) => word >> LowestBit & (uint)((1UL << Width) - 1);
}

/// <summary>A field and the value that makes a difference: <c>DB1M=1</c>.</summary>
public sealed record OptionValue(OptionField Field, uint Value)
{
    public bool Holds(uint word) => Field.Of(word) == Value;

    public override string ToString() => Field.Width == 1 ? $"{Field.Name}={Value}" : $"{Field.Name}=0x{Value:X2}";
}
