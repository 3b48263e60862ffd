namespace Nrst.Images.SRec;

/// <summary>Motorola S-records: S0 to S3, counts S5 and S6, terminations S7 to S9.</summary>
internal static class SRecordReader
{
    public static FirmwareImage Read(ReadOnlySpan<byte> text, string file)
    {
        if (!TryRead(text, out var chunks, out var entry, out var fault))
        {
            throw SRecordErrors.Of(file, fault);
        }

        return chunks.Count == 0
            ? throw ImageErrors.Nothing(file, "it has no data records")
            : new FirmwareImage(file, ImageFormat.SRecord, Pieces.FromLines(file, chunks), entry);
    }

    /// <summary>The rules of the format alone; that no two chunks overlap is a rule of every image.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, out List<Chunk> chunks, out Address? entry, out SRecordFault fault)
    {
        chunks = [];
        entry = null;
        fault = Read(text, chunks, ref entry);
        return fault.Flaw == SRecordFlaw.None;
    }

    private static SRecordFault Read(ReadOnlySpan<byte> text, List<Chunk> chunks, ref Address? entry)
    {
        Span<byte> buffer = stackalloc byte[SRecord.MaxBytes];
        var arena = new ByteArena();
        var lines = new TextLines(text);
        var (dataRecords, counted, ended) = (0u, false, false);
        while (lines.Next(out var line))
        {
            if (ended)
            {
                return new(SRecordFlaw.AfterEnd) { Line = lines.Number };
            }

            var fault = SRecord.Decode(line, buffer, out var record);
            if (fault.Flaw != SRecordFlaw.None)
            {
                return fault with { Line = lines.Number };
            }

            if (record.IsCount && record.Address != dataRecords)
            {
                return new(SRecordFlaw.Count, record.Address, dataRecords) { Line = lines.Number };
            }

            counted = record.IsCount;
            if (record.IsData)
            {
                dataRecords++;
                if (record.Address + (ulong)record.Data.Length > Chunk.MapEnd)
                {
                    return new(SRecordFlaw.PastTop) { Line = lines.Number };
                }

                if (!record.Data.IsEmpty)
                {
                    chunks.Add(new Chunk(record.Address, arena.Keep(record.Data), lines.Number));
                }
            }

            if (record.IsEnd)
            {
                // Writers that know no start address have to write something, and write 0.
                ended = true;
                entry = record.Address == 0 ? null : new Address(record.Address);
            }
        }

        // Some writers, srec_cat among them, leave the termination out where they know no start address. A right count
        // in the last line shows as well that the file is whole.
        return ended || counted ? default : new(SRecordFlaw.NoEnd) { Line = lines.Number };
    }
}
