using System.Buffers.Binary;

namespace Nrst.Images.Dfu;

/// <summary>A DfuSe file of one target with an element per piece.</summary>
internal static class DfuWriter
{
    public static void Write(FirmwareImage image, Stream into, byte alternateSetting)
    {
        var elements = image.Pieces.Sum(piece => DfuReader.ElementHeaderSize + (long)piece.Data.Length);
        var size = DfuReader.PrefixSize + DfuReader.TargetHeaderSize + elements;
        if (size > ImageReader.MaxBytes)
        {
            throw ImageErrors.TooLarge(image.File, size);
        }

        var file = new byte[size + DfuSuffixBytes.Size];
        WritePrefix(file, (uint)size);
        WriteTarget(file.AsSpan(DfuReader.PrefixSize), alternateSetting, (uint)elements, image.Pieces);
        WriteSuffix(file, image.Dfu ?? DfuSuffix.Any);
        into.Write(file);
    }

    private static void WritePrefix(Span<byte> prefix, uint size)
    {
        DfuReader.Signature.CopyTo(prefix);
        prefix[5] = 1;
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[6..], size);
        prefix[10] = 1;
    }

    private static void WriteTarget(Span<byte> target, byte alternateSetting, uint size, IReadOnlyList<ImagePiece> pieces)
    {
        DfuReader.TargetSignature.CopyTo(target);
        target[6] = alternateSetting;
        BinaryPrimitives.WriteUInt32LittleEndian(target[266..], size);
        BinaryPrimitives.WriteUInt32LittleEndian(target[270..], (uint)pieces.Count);
        target = target[DfuReader.TargetHeaderSize..];
        foreach (var piece in pieces)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, piece.Start.Value);
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)piece.Data.Length);
            piece.Data.Span.CopyTo(target[DfuReader.ElementHeaderSize..]);
            target = target[(DfuReader.ElementHeaderSize + piece.Data.Length)..];
        }
    }

    private static void WriteSuffix(Span<byte> file, DfuSuffix suffix)
    {
        var bytes = file[^DfuSuffixBytes.Size..];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, suffix.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], suffix.Product);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], suffix.Vendor);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], DfuSuffixBytes.DfuSe);
        DfuSuffixBytes.Signature.CopyTo(bytes[8..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[12..], Crc32.Of(file[..^4]));
    }
}
