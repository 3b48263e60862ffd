using System.Globalization;

namespace Nrst.Images.Elf;

/// <summary>ELF for 32-bit little-endian ARM: what the program headers load, at physical addresses, and nothing else.</summary>
/// <remarks>Sections, symbols and debug information stay on the disk, however large they are.</remarks>
internal static class ElfReader
{
    public static FirmwareImage Read(Stream content, string file)
    {
        if (!TryRead(content, out var chunks, out var entry, out var fault))
        {
            throw ElfErrors.Of(file, fault);
        }

        if (chunks.Count == 0)
        {
            throw ImageErrors.Nothing(file, "no segment of type LOAD has bytes in the file");
        }

        var names = Enumerable.Range(0, chunks.Max(chunk => chunk.Source) + 1)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"segment {number}"));
        return new FirmwareImage(file, ImageFormat.Elf, Pieces.FromParts(file, chunks, [.. names]), entry);
    }

    /// <summary>The rules of the format alone; that no two chunks overlap is a rule of every image.</summary>
    public static bool TryRead(Stream content, out List<Chunk> chunks, out Address? entry, out ElfFault fault)
    {
        chunks = [];
        entry = null;
        var start = new byte[Math.Min(ElfHeader.Size, content.Length)];
        ReadAt(content, 0, start);
        fault = ElfHeader.Decode(start, out var header);
        if (fault.Flaw == ElfFlaw.None)
        {
            // The specification: zero if the file has no entry point.
            entry = header.Entry == 0 ? null : new Address(header.Entry);
            fault = ReadSegments(content, header, chunks);
        }

        return fault.Flaw == ElfFlaw.None;
    }

    private static ElfFault ReadSegments(Stream content, ElfHeader header, List<Chunk> chunks)
    {
        if (header.TableEntries == 0)
        {
            return default; // Without entries the table's offset means nothing.
        }

        var tableEnd = (long)header.TableOffset + header.TableEntries * ElfProgramHeader.Size;
        if (tableEnd > content.Length)
        {
            return new(ElfFlaw.TableTruncated, content.Length, tableEnd);
        }

        var table = new byte[header.TableEntries * ElfProgramHeader.Size];
        ReadAt(content, header.TableOffset, table);
        var segments = Enumerable.Range(0, header.TableEntries)
            .Select(number => (number, entry: ElfProgramHeader.Decode(table.AsSpan(number * ElfProgramHeader.Size))))
            .Where(segment => segment.entry.IsLoaded)
            .ToList();

        foreach (var (number, segment) in segments)
        {
            if (Check(segment, content.Length) is { Flaw: not ElfFlaw.None } fault)
            {
                return fault with { Segment = number };
            }
        }

        if (segments.Sum(segment => (long)segment.entry.FileSize) is > ImageReader.MaxBytes and var sum)
        {
            return new(ElfFlaw.TooLarge, sum);
        }

        foreach (var (number, segment) in segments)
        {
            var bytes = new byte[segment.FileSize];
            ReadAt(content, segment.Offset, bytes);
            chunks.Add(new Chunk(segment.PhysicalAddress, bytes, number));
        }

        return default;
    }

    private static ElfFault Check(ElfProgramHeader segment, long fileLength)
    {
        var end = (long)segment.Offset + segment.FileSize;
        return end > fileLength ? new(ElfFlaw.SegmentTruncated, fileLength, end)
            : segment.FileSize > segment.MemorySize ? new(ElfFlaw.SegmentSizes, segment.FileSize, segment.MemorySize)
            : segment.Offset < ElfHeader.Size ? new(ElfFlaw.HeaderInSegment, segment.PhysicalAddress)
            : segment.PhysicalAddress + (ulong)segment.FileSize > Chunk.MapEnd ? new(ElfFlaw.PastTop)
            : default;
    }

    private static void ReadAt(Stream content, long offset, Span<byte> into)
    {
        content.Position = offset;
        content.ReadExactly(into);
    }
}
