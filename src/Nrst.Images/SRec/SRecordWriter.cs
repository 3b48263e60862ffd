using System.Buffers.Binary;
using System.Text;

namespace Nrst.Images.SRec;

/// <summary>S0 with the file's name, data records of one width, a count where it fits, the termination of that width.</summary>
internal static class SRecordWriter
{
    private const int BytesPerLine = 16;
    private const int MaxName = 40;

    public static void Write(FirmwareImage image, Stream into, SRecordWidth asked)
    {
        var highest = Math.Max(image.Pieces[^1].Range.Last.Value, image.Entry?.Value ?? 0);
        var needed = highest <= 0xFFFF ? SRecordWidth.S1 : highest <= 0xFF_FFFF ? SRecordWidth.S2 : SRecordWidth.S3;
        var width = asked == SRecordWidth.Auto ? needed : asked;
        if (width < needed)
        {
            throw ImageErrors.CannotWrite(image.File, $"{width} records cannot hold the address {new Address(highest)}",
                "S1 reaches to 0xFFFF, S2 to 0xFF_FFFF, S3 to the end of the map.",
                new("Leave the width of the records to nrst, or choose S3."));
        }

        using var text = new StreamWriter(into, Encoding.ASCII, leaveOpen: true) { NewLine = "\n" };
        var (kind, addressBytes, records) = ((int)width, (int)width + 1, 0u);
        var name = Encoding.ASCII.GetBytes(Path.GetFileName(image.File));
        WriteRecord(text, 0, 2, 0, name.AsSpan(0, Math.Min(name.Length, MaxName)));
        foreach (var piece in image.Pieces)
        {
            for (var done = 0; done < piece.Data.Length; done += BytesPerLine)
            {
                var count = Math.Min(BytesPerLine, piece.Data.Length - done);
                WriteRecord(text, kind, addressBytes, piece.Start.Value + (uint)done, piece.Data.Span.Slice(done, count));
                records++;
            }
        }

        if (records <= 0xFF_FFFF)
        {
            var count = records <= 0xFFFF ? (Type: 5, Bytes: 2) : (Type: 6, Bytes: 3);
            WriteRecord(text, count.Type, count.Bytes, records, []);
        }

        WriteRecord(text, 10 - kind, addressBytes, image.Entry?.Value ?? 0, []);
    }

    private static void WriteRecord(StreamWriter text, int type, int addressBytes, uint address, ReadOnlySpan<byte> data)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, address);
        Span<byte> record = stackalloc byte[SRecord.MaxBytes];
        record = record[..(1 + addressBytes + data.Length + 1)];
        record[0] = (byte)(record.Length - 1);
        four[^addressBytes..].CopyTo(record[1..]);
        data.CopyTo(record[(1 + addressBytes)..]);
        record[^1] = SRecord.Checksum(record[..^1]);
        text.Write('S');
        text.Write((char)('0' + type));
        text.WriteLine(Convert.ToHexString(record));
    }
}
