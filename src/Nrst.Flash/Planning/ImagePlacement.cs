using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Tells where the pieces of an image lie, so that nothing is dropped silently.</summary>
public static class ImagePlacement
{
    /// <summary>Refuses an image with bytes that main flash cannot take, and names them.</summary>
    public static void Check(FirmwareImage image, Device device, Part part, BankedLayout layout)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(layout);
        if (image.Pieces.Count == 0)
        {
            throw new ImageException("NRST4091", $"{image.File} holds no bytes.")
            {
                File = image.File,
                LikelyCause = "The build linked nothing, or everything was left out of the file.",
                Remedies = [new Remedy("Look at the linker's map file, and build again.")],
            };
        }

        var outside = image.Pieces.Where(piece => layout.FirstOutside(piece.Range) is not null).ToList();
        if (outside.Count == 0)
        {
            return;
        }

        var first = outside[0];
        var at = layout.FirstOutside(first.Range)!.Value;
        throw new ImageException(
            "NRST4090",
            $"{first.Origin} of {image.File} puts {first.Data.Length:N0} bytes at {first.Range}, and {at} is {Name(at, device, part, layout)}.")
        {
            File = image.File,
            LikelyCause = Cause(at, device, part, layout.Range),
            Evidence =
            [
                $"{part.Name} has {part.FlashKiB} KiB of flash at {string.Join(" and ", layout.Stretches())}",
                .. outside.Select(piece => $"{piece.Origin}: {piece.Range}, {Name(piece.Start, device, part, layout)}"),
            ],
            Remedies = [new Remedy("Check the chip, and the memory regions in the linker script.", "nrst info")],
        };
    }

    /// <summary>What lies at an address, in words for people: <c>RAM (SRAM1)</c>, <c>OTP</c>, <c>nothing</c>.</summary>
    public static string Name(Address at, Device device, Part part, BankedLayout layout)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(layout);
        var flash = layout.Range;
        return layout.FirstOutside(new AddressRange(at, 1)) is null ? "main flash"
        : flash.Contains(at) ? "the hole between the two banks of flash"
        : part.Ram.FirstOrDefault(ram => ram.Range.Contains(at)) is { } region ? $"RAM ({region.Name})"
        : device.OtherMemories.FirstOrDefault(memory => memory.Range.Contains(at)) is { } other ? other.Name
        : at == flash.Last + 1 ? $"past the end of the {part.FlashKiB} KiB of flash"
        : "nothing this chip has";
    }

    private static string Cause(Address at, Device device, Part part, AddressRange flash) => at switch
    {
        _ when part.Ram.Any(ram => ram.Range.Contains(at)) =>
            "The linker script gives a section a load address in RAM; such a section cannot survive a reset.",
        _ when device.OtherMemories.Any(memory => memory.Range.Contains(at)) =>
            "The file also carries bytes for a memory that is not main flash; those are never written by the way.",
        _ when at.Value > flash.Last.Value && at.Value - flash.Last.Value <= 0x0100_0000 =>
            "The image was linked for a chip with more flash.",
        _ => "The image was linked for another chip, or a raw binary was given the wrong address.",
    };
}
