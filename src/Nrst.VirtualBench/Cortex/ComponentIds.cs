namespace Nrst.VirtualBench.Cortex;

/// <summary>Identification registers of a core's debug components and its ROM tables.</summary>
internal sealed class ComponentIds(CoreTraits traits)
{
    /// <summary>PIDR0..PIDR3 and PIDR4, lowest byte first; then the component class of CIDR1.</summary>
    internal readonly record struct Component(uint Peripheral, uint Continuation, uint Class)
    {
        /// <summary>Arm's part in the last designer code of JEP106, 4 banks on.</summary>
        public static Component Arm(uint part, uint @class, uint revision = 0) => new(0x000B_B000 | part | revision << 20, 4, @class);
    }

    private const uint Memory = 0xE0, Debug = 0x90, Table = 0x10;

    private readonly Dictionary<uint, Component> _components = Components(traits);
    private readonly Dictionary<uint, uint[]> _tables = Tables(traits);

    /// <summary>The identification registers of what is at the register's 4 KiB; null below them and where nothing is.</summary>
    public uint? Read(uint register)
    {
        var offset = register & 0xFFF;
        return offset < 0xFD0 || !_components.TryGetValue(register >> 12, out var component) ? null : offset switch
        {
            0xFD0 => component.Continuation,
            < 0xFE0 => 0,
            < 0xFF0 => component.Peripheral >> (int)(offset - 0xFE0) * 2 & 0xFF,
            0xFF0 => 0x0D,
            0xFF4 => component.Class,
            0xFF8 => 0x05,
            _ => 0xB1,
        };
    }

    public uint ReadRomTable(uint register)
    {
        var offset = register & 0xFFF;
        return offset == 0xFCC ? 1
            : _tables.TryGetValue(register >> 12, out var entries) && offset >> 2 < entries.Length ? entries[offset >> 2]
            : Read(register) ?? 0;
    }

    private static Dictionary<uint, Component> Components(CoreTraits traits)
    {
        var isV8 = traits.HasV8;
        var found = new Dictionary<uint, Component>();
        if (!traits.HasThumb2)
        {
            found[0xE000E] = Component.Arm(0x008, Memory);
            found[0xE0001] = Component.Arm(0x00A, Memory);
            found[0xE0002] = Component.Arm(0x00B, Memory);
            found[0xE00FF] = Component.Arm(traits.HasVtor ? 0x4C0u : 0x471, Table);
            found[traits.AhbApBase >> 12] = First(traits);
            return found;
        }

        // ARMv8-M components of a core share its part number; what they are, DEVARCH says.
        found[0xE000E] = isV8 ? Component.Arm(0xD21, Debug) : Component.Arm(traits.HasCaches || traits.HasFloat ? 0x00Cu : 0x000, Memory);
        found[0xE0001] = isV8 ? Component.Arm(0xD21, Debug) : Component.Arm(0x002, Memory, 3);
        found[0xE0002] = isV8 ? Component.Arm(0xD21, Debug) : Component.Arm(traits.HasCaches ? 0x00Eu : 0x003, Memory, traits.HasCaches ? 0u : 2);
        found[0xE0000] = isV8 ? Component.Arm(0xD21, Debug) : Component.Arm(0x001, Memory, 3);
        found[0xE0040] = isV8 ? Component.Arm(0xD21, Debug) : Component.Arm(traits.HasCaches ? 0x9A9u : traits.HasDsp ? 0x9A1u : 0x923, Debug);
        found[0xE0041] = Component.Arm(isV8 ? 0xD21u : traits.HasCaches ? 0x975u : traits.HasDsp ? 0x925u : 0x924, Debug);
        if (traits.HasCaches)
        {
            found[0xE00FE] = Component.Arm(0x4C8, Table);
        }

        if (traits.AhbApBase >> 12 != 0xE00FF)
        {
            found[0xE00FF] = Component.Arm(isV8 ? 0x4C9u : 0x4C7, Table);
        }

        found[traits.AhbApBase >> 12] = First(traits);
        return found;
    }

    /// <summary>The first ROM table names the maker of the chip.</summary>
    private static Component First(CoreTraits traits) => traits.RomTableId is var (peripheral, continuation)
        ? new(peripheral, continuation, Table)
        : new(0x000A_0000 | traits.RomTablePart, 0, Table);

    private static Dictionary<uint, uint[]> Tables(CoreTraits traits)
    {
        if (!traits.HasThumb2)
        {
            return new() { [0xF0000] = [0xF00F_F003], [0xE00FF] = [0xFFF0_F003, 0xFFF0_2003, 0xFFF0_3003] };
        }

        uint[] parts = [0xFFF0_F003, 0xFFF0_2003, 0xFFF0_3003, 0xFFF0_1003];
        return traits.RomTables switch
        {
            0xE00F_D000 => new() { [0xE00FD] = [0x0000_1003, 0xFFF4_3003], [0xE00FE] = [0x0000_1003, 0xFFF4_3003], [0xE00FF] = parts },
            0xE00F_E000 => new() { [0xE00FE] = [0x0000_1003, 0xFFF4_2003], [0xE00FF] = [.. parts, 0xFFF4_2003, 0xFFF4_3002] },
            _ => new() { [0xE00FF] = [.. parts, 0xFFF4_1003, 0xFFF4_2003] },
        };
    }
}
