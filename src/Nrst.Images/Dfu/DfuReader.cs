using System.Buffers.Binary;
using System.Globalization;

namespace Nrst.Images.Dfu;

/// <summary>
/// ST's DfuSe files, all numbers little-endian:
/// <code>
/// prefix   'DfuSe'  bVersion = 1  DFUImageSize:4 (the file without its suffix)  bTargets
/// target   'Target'  bAlternateSetting  bTargetNamed:4  szTargetName:255  dwTargetSize:4  dwNbElements:4
/// element  dwElementAddress:4  dwElementSize:4  data
/// suffix   see <see cref="DfuSuffixBytes"/>
/// </code>
/// </summary>
internal static class DfuReader
{
    public const int PrefixSize = 11;
    public const int TargetHeaderSize = 274;
    public const int ElementHeaderSize = 8;

    public static ReadOnlySpan<byte> Signature => "DfuSe"u8;
    public static ReadOnlySpan<byte> TargetSignature => "Target"u8;

    public static FirmwareImage Read(ReadOnlyMemory<byte> content, string file)
    {
        if (!TryRead(content, out var chunks, out var names, out var suffix, out var fault))
        {
            throw DfuErrors.Of(file, fault);
        }

        return chunks.Count == 0
            ? throw ImageErrors.Nothing(file, "none of its targets has an element with data")
            : new FirmwareImage(file, ImageFormat.DfuSe, Pieces.FromParts(file, chunks, names), Entry: null) { Dfu = suffix };
    }

    /// <summary>The rules of the format alone; that no two chunks overlap is a rule of every image.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> content, out List<Chunk> chunks, out List<string> names, out DfuSuffix suffix, out DfuFault fault)
    {
        var parser = new Parser(content);
        fault = parser.CheckSuffix(out suffix);
        if (fault.Flaw == DfuFlaw.None)
        {
            fault = parser.ReadTargets();
        }

        (chunks, names) = (parser.Chunks, parser.Names);
        return fault.Flaw == DfuFlaw.None;
    }

    private sealed class Parser(ReadOnlyMemory<byte> content)
    {
        private readonly int _end = Math.Max(0, content.Length - DfuSuffixBytes.Size);
        private int _at;

        public List<Chunk> Chunks { get; } = [];
        public List<string> Names { get; } = [];

        public DfuFault CheckSuffix(out DfuSuffix suffix)
        {
            var file = content.Span;
            suffix = default;
            return !DfuSuffixBytes.HasSignature(file) ? new(DfuFlaw.NoSuffix, file.Length)
                : !DfuSuffixBytes.TryRead(file, out suffix, out var bcdDfu)
                    ? new(DfuFlaw.Crc, file.Length - 4, DfuSuffixBytes.StoredCrc(file), Crc32.Of(file[..^4]))
                : bcdDfu != DfuSuffixBytes.DfuSe ? new(DfuFlaw.DfuVersion, file.Length - 10, bcdDfu, DfuSuffixBytes.DfuSe)
                : default;
        }

        public DfuFault ReadTargets()
        {
            if (_end < PrefixSize)
            {
                return new(DfuFlaw.Truncated, 0, _end, PrefixSize);
            }

            var prefix = content.Span;
            if (prefix[5] != 1)
            {
                return new(DfuFlaw.FormatVersion, 5, prefix[5], 1);
            }

            if (UInt32(6) is var size && size != _end)
            {
                return new(DfuFlaw.ImageSize, 6, size, _end);
            }

            _at = PrefixSize;
            for (var target = 1; target <= prefix[10]; target++)
            {
                if (ReadTarget(target) is { Flaw: not DfuFlaw.None } fault)
                {
                    return fault;
                }
            }

            return _at == _end ? default : new(DfuFlaw.Surplus, _at, _end - _at);
        }

        private DfuFault ReadTarget(int number)
        {
            if (_end - _at < TargetHeaderSize)
            {
                return new(DfuFlaw.Truncated, _at, _end - _at, TargetHeaderSize);
            }

            if (!content.Span[_at..].StartsWith(TargetSignature))
            {
                return new(DfuFlaw.TargetSignature, _at, number);
            }

            var (alternate, size, elements) = (content.Span[_at + 6], UInt32(_at + 266), UInt32(_at + 270));
            _at += TargetHeaderSize;
            if (size > _end - _at)
            {
                return new(DfuFlaw.Truncated, _at, _end - _at, size);
            }

            var targetEnd = _at + (int)size;
            for (var element = 1u; element <= elements; element++)
            {
                var name = string.Create(
                    CultureInfo.InvariantCulture, $"target {number} (alternate setting {alternate}), element {element}");
                if (ReadElement(targetEnd, name) is { Flaw: not DfuFlaw.None } fault)
                {
                    return fault;
                }
            }

            return _at == targetEnd ? default : new(DfuFlaw.TargetSize, _at, targetEnd - _at);
        }

        private DfuFault ReadElement(int targetEnd, string name)
        {
            if (targetEnd - _at < ElementHeaderSize)
            {
                return new(DfuFlaw.Truncated, _at, targetEnd - _at, ElementHeaderSize);
            }

            var (start, size) = (UInt32(_at), UInt32(_at + 4));
            _at += ElementHeaderSize;
            if (size > targetEnd - _at)
            {
                return new(DfuFlaw.Truncated, _at, targetEnd - _at, size);
            }

            if (start + (ulong)size > Chunk.MapEnd)
            {
                return new(DfuFlaw.PastTop, _at - ElementHeaderSize);
            }

            if (size > 0)
            {
                Chunks.Add(new Chunk(start, content.Slice(_at, (int)size), Names.Count));
                Names.Add(name);
            }

            _at += (int)size;
            return default;
        }

        private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(content.Span[offset..]);
    }
}
