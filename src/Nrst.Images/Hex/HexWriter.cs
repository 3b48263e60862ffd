using System.Buffers.Binary;
using System.Text;

namespace Nrst.Images.Hex;

/// <summary>Intel HEX with linear addresses, 16 bytes to a line, no line across a 64 KiB border.</summary>
internal static class HexWriter
{
    private const int BytesPerLine = 16;

    public static void Write(FirmwareImage image, Stream into)
    {
        using var text = new StreamWriter(into, Encoding.ASCII, leaveOpen: true) { NewLine = "\n" };
        Span<byte> four = stackalloc byte[4];
        uint upper = 0;
        foreach (var piece in image.Pieces)
        {
            for (var done = 0; done < piece.Data.Length;)
            {
                var at = piece.Start.Value + (uint)done;
                if (at >> 16 != upper)
                {
                    upper = at >> 16;
                    BinaryPrimitives.WriteUInt16BigEndian(four, (ushort)upper);
                    WriteRecord(text, HexType.ExtendedLinearAddress, 0, four[..2]);
                }

                var count = Math.Min(Math.Min(BytesPerLine, piece.Data.Length - done), 0x1_0000 - (ushort)at);
                WriteRecord(text, HexType.Data, (ushort)at, piece.Data.Span.Slice(done, count));
                done += count;
            }
        }

        if (image.Entry is { } entry)
        {
            BinaryPrimitives.WriteUInt32BigEndian(four, entry.Value);
            WriteRecord(text, HexType.StartLinearAddress, 0, four);
        }

        WriteRecord(text, HexType.EndOfFile, 0, []);
    }

    private static void WriteRecord(StreamWriter text, HexType type, ushort offset, ReadOnlySpan<byte> data)
    {
        Span<byte> record = stackalloc byte[HexRecord.MaxBytes];
        record = record[..(1 + 2 + 1 + data.Length + 1)];
        record[0] = (byte)data.Length;
        BinaryPrimitives.WriteUInt16BigEndian(record[1..], offset);
        record[3] = (byte)type;
        data.CopyTo(record[4..]);
        record[^1] = HexRecord.Checksum(record[..^1]);
        text.Write(':');
        text.WriteLine(Convert.ToHexString(record));
    }
}
