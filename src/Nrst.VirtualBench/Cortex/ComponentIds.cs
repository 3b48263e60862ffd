namespace Nrst.VirtualBench.Cortex;

/// <summary>Identification registers of the core's debug components, its ROM table, and the processor feature registers.</summary>
internal static class ComponentIds
{
    /// <summary>PIDR0..PIDR3 and PIDR4, lowest byte first; then the component class of CIDR1.</summary>
    internal readonly record struct Component(uint Peripheral, uint Continuation, uint Class);

    public static Component Scs { get; } = new(0x000B_B00C, 4, 0xE0);
    public static Component Dwt { get; } = new(0x003B_B002, 4, 0xE0);
    public static Component Fpb { get; } = new(0x002B_B003, 4, 0xE0);
    public static Component Itm { get; } = new(0x003B_B001, 4, 0xE0);
    public static Component Tpiu { get; } = new(0x000B_B9A1, 4, 0x90);
    public static Component Etm { get; } = new(0x000B_B925, 4, 0x90);

    private static readonly Component Rom = new(0x000A_0411, 0, 0x10); // ST's JEP106 number

    private static readonly uint[] RomEntries = [0xFFF0_F003, 0xFFF0_2003, 0xFFF0_3003, 0xFFF0_1003, 0xFFF4_1003, 0xFFF4_2003];

    /// <summary>ID_PFR0 (0xE000ED40) and what follows it.</summary>
    private static readonly uint[] Features =
    [
        0x0000_0030, 0x0000_0200, 0x0010_0000, 0, 0x0010_0030, 0, 0x0100_0000, 0,
        0x0114_1110, 0x0211_2000, 0x2123_2231, 0x0111_1131, 0x0131_0132, 0, 0, 0,
    ];

    /// <summary>Null below the identification registers.</summary>
    public static uint? Read(Component component, uint register)
    {
        var offset = register & 0xFFF;
        return offset switch
        {
            < 0xFD0 => null,
            0xFD0 => component.Continuation,
            < 0xFE0 => 0,
            < 0xFF0 => component.Peripheral >> (int)(offset - 0xFE0) * 2 & 0xFF,
            0xFF0 => 0x0D,
            0xFF4 => component.Class,
            0xFF8 => 0x05,
            _ => 0xB1,
        };
    }

    public static uint ReadRomTable(uint offset) => offset switch
    {
        < 0x18 => RomEntries[offset >> 2],
        0xFCC => 1,
        _ => Read(Rom, offset) ?? 0,
    };

    public static uint Feature(uint register) => Features[register - 0xE000_ED40 >> 2];
}
