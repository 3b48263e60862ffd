using Nrst.Images.Bin;
using Nrst.Images.Dfu;
using Nrst.Images.Hex;
using Nrst.Images.SRec;

namespace Nrst.Images;

/// <summary>The widths of address an S-record file can have.</summary>
public enum SRecordWidth
{
    /// <summary>The narrowest that reaches every byte and the entry.</summary>
    Auto,

    /// <summary>S1 records, 16 bits.</summary>
    S1,

    /// <summary>S2 records, 24 bits.</summary>
    S2,

    /// <summary>S3 records, 32 bits.</summary>
    S3,
}

/// <summary>What a format leaves to the writer's taste.</summary>
public sealed record ImageWriteOptions
{
    public static ImageWriteOptions Default { get; } = new();

    /// <summary>What a binary holds between the pieces: erased flash, as most STM32 have it.</summary>
    public byte Fill { get; init; } = 0xFF;

    public SRecordWidth SRecordWidth { get; init; }

    /// <summary>The alternate setting a DfuSe file is for: 0 is the internal flash.</summary>
    public byte DfuAlternateSetting { get; init; }
}

/// <summary>From a <see cref="FirmwareImage"/> to a file.</summary>
public static class ImageWriter
{
    /// <summary>Writes the image. A failure to represent it is found before the first byte is written.</summary>
    /// <exception cref="ImageException">The format cannot hold the image.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static void Write(FirmwareImage image, ImageFormat format, Stream into, ImageWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(into);
        options ??= ImageWriteOptions.Default;
        if (image.Pieces.Count == 0)
        {
            throw ImageErrors.Nothing(image.File, "the image is empty");
        }

        switch (format)
        {
            case ImageFormat.IntelHex:
                HexWriter.Write(image, into);
                break;
            case ImageFormat.SRecord:
                SRecordWriter.Write(image, into, options.SRecordWidth);
                break;
            case ImageFormat.Binary:
                BinaryWriting.Write(image, into, options.Fill);
                break;
            case ImageFormat.DfuSe:
                DfuWriter.Write(image, into, options.DfuAlternateSetting);
                break;
            default:
                throw ImageErrors.CannotWrite(image.File, "an ELF file can be read but not written",
                    "ELF is for linkers and debuggers; the image holds nothing for them.",
                    new("Choose Intel HEX, S-record, DfuSe or binary."));
        }
    }
}
