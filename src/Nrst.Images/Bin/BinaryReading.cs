using Nrst.Images.Dfu;

namespace Nrst.Images.Bin;

/// <summary>Bytes as they are, at an address somebody has to name.</summary>
internal static class BinaryReading
{
    public static FirmwareImage Read(ReadOnlyMemory<byte> content, string file, Address start)
    {
        // A plain DFU file is a binary with an identity appended; its CRC tells it from data that merely looks so.
        DfuSuffix? suffix = null;
        var origin = "the whole file";
        if (DfuSuffixBytes.TryRead(content.Span, out var found, out _))
        {
            (suffix, origin) = (found, "the file without its DFU suffix");
            content = content[..^DfuSuffixBytes.Size];
        }

        if (content.IsEmpty)
        {
            throw ImageErrors.Nothing(file, "it has no bytes");
        }

        return start.Value + (ulong)content.Length > Chunk.MapEnd
            ? throw ImageErrors.PastTop(file, "the whole file")
            : new FirmwareImage(file, ImageFormat.Binary, [new ImagePiece(start, content, origin)], Entry: null) { Dfu = suffix };
    }
}
