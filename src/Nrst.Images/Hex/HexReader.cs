using System.Buffers.Binary;

namespace Nrst.Images.Hex;

/// <summary>Intel HEX: records of types 00 to 05.</summary>
internal static class HexReader
{
    public static FirmwareImage Read(ReadOnlySpan<byte> text, string file)
    {
        if (!TryRead(text, out var chunks, out var entry, out var fault))
        {
            throw HexErrors.Of(file, fault);
        }

        return chunks.Count == 0
            ? throw ImageErrors.Nothing(file, "it has no data records")
            : new FirmwareImage(file, ImageFormat.IntelHex, Pieces.FromLines(file, chunks), entry);
    }

    /// <summary>The rules of the format alone; that no two chunks overlap is a rule of every image.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out List<Chunk> chunks, out Address? entry, out HexFault fault)
    {
        var content = new Content();
        fault = Read(text, content);
        (chunks, entry) = (content.Chunks, content.Entry);
        return fault.Flaw == HexFlaw.None;
    }

    private static HexFault Read(ReadOnlySpan<byte> text, Content content)
    {
        Span<byte> buffer = stackalloc byte[HexRecord.MaxBytes];
        var lines = new TextLines(text);
        var ended = false;
        while (lines.Next(out var line))
        {
            if (ended)
            {
                return new(HexFlaw.AfterEnd) { Line = lines.Number };
            }

            var fault = HexRecord.Decode(line, buffer, out var record);
            if (fault.Flaw == HexFlaw.None)
            {
                fault = content.Add(record, lines.Number);
            }

            if (fault.Flaw != HexFlaw.None)
            {
                return fault with { Line = lines.Number };
            }

            ended = record.Type == HexType.EndOfFile;
        }

        return ended ? default : new(HexFlaw.NoEnd) { Line = lines.Number };
    }

    private sealed class Content
    {
        private readonly ByteArena _arena = new();
        private uint _base;
        private bool _segmented;

        public List<Chunk> Chunks { get; } = [];
        public Address? Entry { get; private set; }

        public HexFault Add(HexRecord record, int line)
        {
            switch (record.Type)
            {
                case HexType.Data:
                    return AddData(record.Offset, record.Data, line);
                case HexType.ExtendedSegmentAddress:
                    (_base, _segmented) = ((uint)BinaryPrimitives.ReadUInt16BigEndian(record.Data) << 4, true);
                    break;
                case HexType.ExtendedLinearAddress:
                    (_base, _segmented) = ((uint)BinaryPrimitives.ReadUInt16BigEndian(record.Data) << 16, false);
                    break;
                case HexType.StartSegmentAddress:
                    var (cs, ip) = (BinaryPrimitives.ReadUInt16BigEndian(record.Data),
                        BinaryPrimitives.ReadUInt16BigEndian(record.Data[2..]));
                    Entry = new Address(((uint)cs << 4) + ip);
                    break;
                case HexType.StartLinearAddress:
                    Entry = new Address(BinaryPrimitives.ReadUInt32BigEndian(record.Data));
                    break;
            }

            return default;
        }

        private HexFault AddData(ushort offset, ReadOnlySpan<byte> data, int line)
        {
            // Within a segment the offset counts modulo 64 KiB; a linear address just goes on.
            var room = 0x1_0000 - offset;
            if (_segmented && data.Length > room)
            {
                Chunks.Add(new Chunk(_base + offset, _arena.Keep(data[..room]), line));
                Chunks.Add(new Chunk(_base, _arena.Keep(data[room..]), line));
                return default;
            }

            if ((ulong)_base + offset + (ulong)data.Length > Chunk.MapEnd)
            {
                return new(HexFlaw.PastTop);
            }

            if (!data.IsEmpty)
            {
                Chunks.Add(new Chunk(_base + offset, _arena.Keep(data), line));
            }

            return default;
        }
    }
}
