using System.Globalization;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>The flash as this very chip has it: what the silicon says, checked against the device data.</summary>
/// <param name="SizeKiB">What the chip's flash size register says.</param>
public sealed record FlashGeometry(int SizeKiB, Part Part, BankedLayout Layout)
{
    /// <summary>Reads the size and the option bits that choose the sector map. Changes nothing.</summary>
    /// <param name="part">What the user said it is, or null to go by the size.</param>
    public static FlashGeometry Read(ITargetMemory memory, Device device, Part? part)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(device);
        var flash = device.Flash;
        var word = memory.Read32(new Address(flash.SizeFrom.Value & ~3u));
        var size = (int)(word >> (int)(flash.SizeFrom.Value % 4 * 8) & 0xFFFF);
        if (size is 0 or 0xFFFF)
        {
            throw new TargetException("NRST3302", $"The flash size register at {flash.SizeFrom} reads 0x{size:X4}, which is no size.")
            {
                LikelyCause = "The chip is a clone without factory data, or the device was taken for another.",
                Evidence = [$"device id 0x{device.DeviceId:X3}, {device.Name}"],
                Remedies = [new Remedy("See what the chip says of itself.", "nrst info")],
            };
        }

        part ??= device.Parts.FirstOrDefault(candidate => candidate.FlashKiB == size);
        if (part is null || part.FlashKiB != size)
        {
            throw Mismatch(device, part, size);
        }

        var layout = part.Layouts.FirstOrDefault(candidate => candidate.When is null || Holds(candidate.When, memory, flash));
        return layout is null
            ? throw new TargetException("NRST3303", $"No sector map of {part.Name} fits the option bytes of this chip.")
            {
                LikelyCause = "The part was named wrongly, or the option bytes were read while the chip was resetting.",
                Evidence = [$"FLASH_OPTCR = 0x{memory.Read32(flash.Controller + OptionControl):X8}"],
                Remedies = [new Remedy("See what the chip says of itself, and leave --chip out.", "nrst info")],
            }
            : new FlashGeometry(size, part, layout);
    }

    private const uint OptionControl = 0x14;

    private static TargetException Mismatch(Device device, Part? part, int size) => new(
        "NRST3301",
        part is null
            ? $"The chip says it has {size} KiB of flash, and no {device.Name} we know of has that."
            : $"The chip says it has {size} KiB of flash, and an {part.Name} has {part.FlashKiB}.")
    {
        LikelyCause = part is null
            ? "A part that is newer than the device data, or a clone."
            : "Another part than was asked for is on the board.",
        Evidence =
        [
            $"flash size register at {device.Flash.SizeFrom} = {size}",
            "known sizes: " + string.Join(", ", device.Parts.Select(known => known.FlashKiB).Distinct().Order()) + " KiB",
        ],
        Remedies = [new Remedy("See what the chip says of itself, and leave --chip out.", "nrst info")],
    };

    /// <summary>Reads a condition such as <c>DB1M=1</c>.</summary>
    private static bool Holds(string when, ITargetMemory memory, FlashDescription flash)
    {
        if (when.Split('=') is not [var name, var value])
        {
            throw new FormatException($"'{when}' is not a condition such as 'DB1M=1'.");
        }

        var bit = name switch
        {
            "DB1M" => 30, // RM0090, "Flash option control register (FLASH_OPTCR)"
            "BFB2" => 4,
            _ => throw new FormatException($"'{name}' is no option bit that chooses a sector map."),
        };
        return (memory.Read32(flash.Controller + OptionControl) >> bit & 1) == uint.Parse(value, CultureInfo.InvariantCulture);
    }
}
