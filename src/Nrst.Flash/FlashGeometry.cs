using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>The flash as this very chip has it: what the silicon says, checked against the device data.</summary>
/// <param name="SizeKiB">What the chip's flash size register says.</param>
public sealed record FlashGeometry(int SizeKiB, Part Part, BankedLayout Layout)
{
    /// <summary>The same, with all that may be needed read at once.</summary>
    public static FlashGeometry Read(ITargetMemory memory, IWordBatch words, Device device, Part? part)
    {
        return Read(memory, words, device, part, [], []);
    }

    /// <summary>The same, with other words that somebody wants in the same batch.</summary>
    /// <param name="also">Where they are; they find their places in <paramref name="values"/> also where this throws for what the flash said.</param>
    public static FlashGeometry Read(ITargetMemory memory, IWordBatch words, Device device, Part? part, IReadOnlyList<Address> also, uint[] values)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(also);
        ArgumentNullException.ThrowIfNull(values);
        return WordsAtOnce.Read(memory, words, [.. also.Concat(Places(device, part)).Distinct()], known =>
        {
            for (var i = 0; i < also.Count; i++)
            {
                values[i] = known.Read32(also[i]);
            }

            return Read(known, device, part);
        });
    }

    internal static IEnumerable<Address> Places(Device device, Part? part) => device.Parts.Where(one => part is null || one == part)
        .SelectMany(one => one.Layouts).SelectMany(layout => layout.When).Select(value => value.Field.At).Prepend(device.Flash.Size.Word).Distinct();

    /// <summary>Reads the size and the option bits that choose the sector map. Changes nothing.</summary>
    /// <param name="part">What the user said it is, or null to go by the size.</param>
    public static FlashGeometry Read(ITargetMemory memory, Device device, Part? part)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(device);
        var flash = device.Flash;
        var word = memory.Read32(flash.Size.Word);
        var said = flash.Size.KiBOf(word);
        if (said is null && flash.Size.MayBeBlank)
        {
            said = part?.FlashKiB; // early silicon left the factory so: only the user can know
        }

        if (said is not { } size)
        {
            throw new TargetException("NRST3302", $"The flash size register at {flash.Size.At} reads 0x{flash.Size.RawOf(word):X4}, which is no size.")
            {
                LikelyCause = "The chip is a clone without factory data, or the device was taken for another.",
                Evidence = [$"device id 0x{device.DeviceId:X3}, {device.Name}"],
                Remedies = [new Remedy("See what the chip says of itself.", "nrst info")],
            };
        }

        // Parts with as much flash can differ in RAM; what runs with the least runs on all of them.
        part ??= device.Parts.Where(candidate => candidate.FlashKiB == size).MinBy(candidate => candidate.RamBytes);
        if (part is null || part.FlashKiB != size)
        {
            throw Mismatch(device, part, size);
        }

        var layout = part.Layouts.FirstOrDefault(candidate => candidate.Holds(memory.Read32));
        return layout is null
            ? throw new TargetException("NRST3303", $"No sector map of {part.Name} fits the option bytes of this chip.")
            {
                LikelyCause = "The part was named wrongly, or the option bytes were read while the chip was resetting.",
                Evidence = [.. Registers(part).Select(field => $"{field.Register} = 0x{memory.Read32(field.At):X8}")],
                Remedies = [new Remedy("See what the chip says of itself, and leave --chip out.", "nrst info")],
            }
            : new FlashGeometry(size, part, layout);
    }

    private static IEnumerable<OptionField> Registers(Part part) =>
        part.Layouts.SelectMany(layout => layout.When).Select(value => value.Field).DistinctBy(field => field.At);

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
            $"flash size register at {device.Flash.Size.At} = {size}",
            "known sizes: " + string.Join(", ", device.Parts.Select(known => known.FlashKiB).Distinct().Order()) + " KiB",
        ],
        Remedies = [new Remedy("See what the chip says of itself, and leave --chip out.", "nrst info")],
    };
}
