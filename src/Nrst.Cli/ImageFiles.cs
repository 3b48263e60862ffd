using System.Text.Json.Nodes;
using Nrst.Images;

namespace Nrst.Cli;

/// <summary>The files of a command line as one image.</summary>
internal static class ImageFiles
{
    public static FirmwareImage Load(IReadOnlyList<string> files)
    {
        var images = files.Select(Common.File).Select(file => ImageReader.Load(file.Path, file.At)).ToList();
        return images is [var only] ? only : Join(images);
    }

    public static JsonObject Describe(FirmwareImage image) => new()
    {
        ["file"] = image.File,
        ["format"] = image.Format.ToString() switch { "IntelHex" => "hex", "SRecord" => "srec", "Binary" => "bin", "DfuSe" => "dfu", _ => "elf" },
        ["bytes"] = image.Bytes,
        ["segments"] = new JsonArray([.. image.Pieces.Select(piece => new JsonObject
        {
            ["address"] = $"0x{piece.Start.Value:X8}",
            ["bytes"] = piece.Data.Length,
            ["origin"] = piece.Origin,
        })]),
    };

    private static FirmwareImage Join(List<FirmwareImage> images)
    {
        var pieces = images
            .SelectMany(image => image.Pieces.Select(piece => piece with { Origin = $"{piece.Origin} of {image.File}" }))
            .OrderBy(piece => piece.Start)
            .ToList();
        foreach (var (first, second) in pieces.Zip(pieces.Skip(1)))
        {
            if (first.Range.Overlaps(second.Range))
            {
                throw new ImageException("NRST4092", $"{first.Origin} at {first.Range} and {second.Origin} at {second.Range} overlap.")
                {
                    LikelyCause = "Two files were linked for the same place, such as a bootloader and an application without an offset.",
                    Remedies = [new("Link one of them for another address, or program them one after the other.")],
                };
            }
        }

        return new FirmwareImage(string.Join(", ", images.Select(image => image.File)), images[0].Format, pieces, images[0].Entry);
    }
}
