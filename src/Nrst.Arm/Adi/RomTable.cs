using System.Buffers.Binary;

namespace Nrst.Arm;

/// <summary>CIDR1.CLASS: what kind of component it is.</summary>
public enum ComponentClass
{
    Unknown = 0,
    RomTable = 1,
    CoreSight = 9,
    PeripheralTestBlock = 0xB,
    Generic = 0xE,
    SystemComponent = 0xF,
}

/// <summary>A component that a ROM table names.</summary>
/// <param name="Part">PIDR part number, 12 bits.</param>
/// <param name="Designer">JEP106 identity in 6:0, continuation count in 10:7; 0x23B is Arm, 0x020 is ST.</param>
public readonly record struct Component(Address Base, ComponentClass Class, int Part, int Designer, int Revision);

/// <summary>ADIv5, "ROM Tables": the list of debug components that a chip carries in itself.</summary>
public static class RomTable
{
    private const int MostEntries = 960;
    private const int Deepest = 4;
    private const int EntriesAtOnce = 16;
    private const uint Present = 1;

    /// <summary>Walks the table and those it names, table first. Components that cannot be read are left out.</summary>
    public static IReadOnlyList<Component> Walk(ITargetMemory memory, Address start)
    {
        var found = new List<Component>();
        Visit(memory, start, Deepest, found);
        return found;
    }

    /// <summary>The component at this address alone; null where none says who it is.</summary>
    public static Component? Identify(ITargetMemory memory, Address at) => TryIdentify(memory, at);

    private static void Visit(ITargetMemory memory, Address at, int depth, List<Component> found)
    {
        if (depth == 0 || found.Exists(c => c.Base == at) || TryIdentify(memory, at) is not { } component)
        {
            return;
        }

        found.Add(component);
        if (component.Class != ComponentClass.RomTable)
        {
            return;
        }

        Span<byte> block = stackalloc byte[4 * EntriesAtOnce];
        for (var index = 0; index < MostEntries; index += EntriesAtOnce)
        {
            memory.Read(at + (uint)(4 * index), block);
            for (var i = 0; i < EntriesAtOnce; i++)
            {
                var entry = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
                if (entry == 0)
                {
                    return;
                }

                if ((entry & Present) != 0)
                {
                    Visit(memory, new Address(unchecked(at.Value + (entry & 0xFFFF_F000))), depth - 1, found);
                }
            }
        }
    }

    /// <remarks><code>
    /// FD0  PIDR4 | PIDR5..7 | FE0  PIDR0..3 | FF0  CIDR0..3      one byte in each word
    /// </code></remarks>
    private static Component? TryIdentify(ITargetMemory memory, Address at)
    {
        Span<byte> id = stackalloc byte[48];
        try
        {
            memory.Read(at + 0xFD0, id);
        }
        catch (TargetMemoryException)
        {
            return null; // listed, but not powered or not open to us
        }

        var (pidr4, pidr0, pidr1, pidr2) = (id[0], id[16], id[20], id[24]);
        if (id[32] != 0x0D || (id[36] & 0x0F) != 0 || id[40] != 0x05 || id[44] != 0xB1)
        {
            return null;
        }

        return new Component(
            at,
            (ComponentClass)(id[36] >> 4),
            pidr0 | (pidr1 & 0x0F) << 8,
            (pidr4 & 0x0F) << 7 | (pidr2 & 0x07) << 4 | pidr1 >> 4,
            pidr2 >> 4);
    }
}
