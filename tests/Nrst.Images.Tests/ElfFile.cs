using System.Buffers.Binary;

namespace Nrst.Images.Tests;

/// <summary>An ELF file with the fields a test wants right or wrong; segments follow the program headers.</summary>
internal sealed class ElfFile
{
    public byte Class { get; init; } = 1;
    public byte ByteOrder { get; init; } = 1;
    public byte Version { get; init; } = 1;
    public ushort Type { get; init; } = 2;
    public ushort Machine { get; init; } = 40;
    public uint Entry { get; init; } = 0x0800_0101;
    public ushort EntrySize { get; init; } = 32;
    public List<Segment> Segments { get; init; } = [];
    public int Trailer { get; init; }

    public sealed record Segment(uint Physical, byte[] Data)
    {
        public uint Type { get; init; } = 1;
        public uint Virtual { get; init; } = 0x2000_0000;
        public uint? FileOffset { get; init; }
        public uint? FileSize { get; init; }
        public uint? MemorySize { get; init; }
    }

    public byte[] Bytes()
    {
        var tableEnd = 52 + 32 * Segments.Count;
        var file = new byte[tableEnd + Segments.Sum(segment => segment.Data.Length) + Trailer];
        "\u007fELF"u8.CopyTo(file);
        (file[4], file[5], file[6]) = (Class, ByteOrder, Version);
        Put16(file, 16, Type);
        Put16(file, 18, Machine);
        Put32(file, 20, 1);
        Put32(file, 24, Entry);
        Put32(file, 28, 52);
        Put16(file, 40, 52);
        Put16(file, 42, EntrySize);
        Put16(file, 44, (ushort)Segments.Count);
        var (at, data) = (52, tableEnd);
        foreach (var segment in Segments)
        {
            uint[] fields =
            [
                segment.Type, segment.FileOffset ?? (uint)data, segment.Virtual, segment.Physical,
                segment.FileSize ?? (uint)segment.Data.Length, segment.MemorySize ?? segment.FileSize ?? (uint)segment.Data.Length, 5, 4,
            ];
            foreach (var field in fields)
            {
                Put32(file, at, field);
                at += 4;
            }

            segment.Data.CopyTo(file, data);
            data += segment.Data.Length;
        }

        return file;
    }

    private static void Put16(byte[] file, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), value);
    private static void Put32(byte[] file, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), value);
}
