using System.Buffers.Binary;

namespace Nrst.Perf;

/// <summary>Firmware of any size that no compressor or comparison gets cheaply, the same in every run.</summary>
internal static class Firmware
{
    public static readonly Address Start = new(0x0800_0000);

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>An ELF file with one segment, and so many bytes of debug information after it.</summary>
    public static byte[] Elf(byte[] segment, int debugBytes)
    {
        const int Header = 52, ProgramHeader = 32, Data = Header + ProgramHeader;
        var file = new byte[Data + segment.Length + debugBytes];
        byte[] ident = [0x7F, (byte)'E', (byte)'L', (byte)'F', 1, 1, 1];
        ident.CopyTo(file, 0);
        foreach (var (at, half) in ((int, ushort)[])[(16, 2), (18, 40), (40, Header), (42, ProgramHeader), (44, 1)])
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), half);
        }

        // e_version, e_entry, e_phoff; then p_type to p_align.
        var length = (uint)segment.Length;
        foreach (var (at, word) in ((int, uint)[])
            [
                (20, 1), (24, Start.Value + 0x101), (28, Header),
                (52, 1), (56, Data), (60, Start.Value), (64, Start.Value), (68, length), (72, length), (76, 5), (80, 4),
            ])
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(at), word);
        }

        segment.CopyTo(file, Data);
        return file;
    }
}
