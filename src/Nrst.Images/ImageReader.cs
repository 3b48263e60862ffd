using Nrst.Images.Bin;
using Nrst.Images.Dfu;
using Nrst.Images.Elf;
using Nrst.Images.Hex;
using Nrst.Images.SRec;

namespace Nrst.Images;

/// <summary>From a file to a <see cref="FirmwareImage"/>. The content says what the file is; its name says nothing.</summary>
public static class ImageReader
{
    /// <summary>More than the largest memory an STM32 can map, and little enough to hold in memory. In bytes.</summary>
    internal const long MaxBytes = 512 * 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <param name="path">As the user gave it; messages repeat it.</param>
    /// <param name="binaryAddress">Where a plain binary belongs; null for the formats that know.</param>
    /// <exception cref="ImageException">The file cannot be read or is not what it should be. Nothing else is thrown.</exception>
    public static FirmwareImage Load(string path, Address? binaryAddress = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path))
        {
            throw ImageErrors.Unreadable(path, "this is a directory", null, new("Name a file in it."));
        }

        try
        {
            using var content = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return Read(content, path, binaryAddress);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw ImageErrors.Unreadable(path, "there is no such file",
                "The name is misspelled, or the build has not run or writes elsewhere.", new("Check the path."), error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw ImageErrors.Unreadable(path, "you have no permission to read the file",
                "It belongs to somebody else, perhaps because the build ran as root.", new("Change its owner or its permissions."), error);
        }
        catch (Exception error) when (error is IOException or ArgumentException or NotSupportedException)
        {
            throw ImageErrors.Unreadable(path, "the file cannot be read",
                $"The system says: {error.Message}", new("Check the path and the disk, and that no other program is writing the file."), error);
        }
    }

    /// <summary>Reads a file that is already open. A stream that cannot seek is read to its end first.</summary>
    /// <param name="name">What messages call it.</param>
    /// <param name="binaryAddress">Where a plain binary belongs; null for the formats that know.</param>
    /// <exception cref="ImageException">The content is not what it should be.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public static FirmwareImage Read(Stream content, string name, Address? binaryAddress = null)
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentNullException.ThrowIfNull(name);
        if (!content.CanSeek)
        {
            using var copy = new MemoryStream(Drain(content, name));
            return Read(copy, name, binaryAddress);
        }

        var format = ImageFormats.Of(content);
        if (format == ImageFormat.Binary && content.Length == 0)
        {
            throw ImageErrors.Nothing(name, "it has no bytes");
        }

        return (format, binaryAddress) switch
        {
            (ImageFormat.Binary, null) => throw ImageErrors.NeedsAddress(name),
            (ImageFormat.Binary, { } start) => BinaryReading.Read(All(content, name), name, start),
            (_, not null) => throw ImageErrors.HasAddresses(name, format),
            (ImageFormat.Elf, null) => ElfReader.Read(content, name),
            (ImageFormat.IntelHex, null) => HexReader.Read(All(content, name), name),
            (ImageFormat.SRecord, null) => SRecordReader.Read(All(content, name), name),
            (ImageFormat.DfuSe, null) => DfuReader.Read(All(content, name), name),
            _ => throw new ArgumentOutOfRangeException(nameof(content), format, "No reader."),
        };
    }

    private static byte[] All(Stream content, string name)
    {
        if (content.Length > MaxBytes)
        {
            throw ImageErrors.TooLarge(name, content.Length);
        }

        var bytes = new byte[content.Length];
        content.Position = 0;
        content.ReadExactly(bytes);
        return bytes;
    }

    private static byte[] Drain(Stream content, string name)
    {
        using var copy = new MemoryStream();
        var block = new byte[64 * 1024];
        while (content.Read(block) is > 0 and var count)
        {
            copy.Write(block, 0, count);
            if (copy.Length > MaxBytes)
            {
                throw ImageErrors.TooLarge(name, copy.Length);
            }
        }

        return copy.ToArray();
    }
}
