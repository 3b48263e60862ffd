using Nrst.Bootloaders.Dfu;
using Nrst.Bootloaders.Usart;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst;

/// <summary>What is known of a chip in its loader.</summary>
/// <param name="Name">The part, where it was named; else all that it can be.</param>
/// <param name="SizeKiB">What the flash size register says; null where the loader does not let it be read.</param>
/// <param name="Notes">What does not fit together, and what was assumed.</param>
public sealed record RomChip(string Name, Device Device, Part Part, BankedLayout Layout, int? SizeKiB, IReadOnlyList<string> Notes)
{
    /// <summary>The device data know it; false where only the loader's own words do.</summary>
    public bool IsKnown { get; init; } = true;

    /// <summary>No other DEV_ID comes into question.</summary>
    public bool IsCertain { get; init; } = true;

    /// <summary>The loader refused to read because of it.</summary>
    public bool ReadProtected { get; init; }

    public FlashGeometry Geometry => new(SizeKiB ?? Part.FlashKiB, Part, Layout);

    /// <summary>Finds out which chip a DFU device is: by what the user says, by the layout it tells, and by its flash size register.</summary>
    /// <param name="chip">A part number, or null.</param>
    /// <exception cref="RefusedException">The layout cannot be used, and nobody said which chip it is.</exception>
    public static RomChip Of(DfuLoader loader, string? chip)
    {
        ArgumentNullException.ThrowIfNull(loader);
        var told = loader.Description.Flash?.Layout ?? new DfuLayout("", "", [], "no alternate setting is named after a flash");
        var unusable = Unusable(told);
        if (chip is not null)
        {
            return Named(loader, ChipIdentification.Wanted(chip), told, unusable);
        }

        if (unusable is not null && told.Segments.Count == 0)
        {
            throw NoMap(told, unusable);
        }

        var fitting = RomCandidates.Of(loader.Description, told);
        if (fitting is [])
        {
            return unusable is null ? GenericChip.Of(told) : throw NoMap(told, unusable);
        }

        var (size, closed) = ReadSize(loader, fitting[0].Device);
        var sized = fitting.Where(candidate => candidate.Part.FlashKiB == size).ToList();
        if (size is not null && sized.Count > 0)
        {
            fitting = sized;
        }
        else if (unusable is not null)
        {
            throw NoMap(told, unusable);
        }

        var chosen = fitting.FirstOrDefault(candidate => candidate.Exact) ?? fitting[0];
        loader.Know(fitting.Select(candidate => candidate.Device.DeviceId));
        if (fitting.Select(candidate => candidate.Device).DistinctBy(Needs).Count() > 1)
        {
            return GenericChip.Of(told);
        }

        var names = fitting.Select(candidate => candidate.Device.Name).Distinct().ToList();
        return new RomChip(names.Count > 3 ? $"{string.Join(" or ", names.Take(3))} or another" : string.Join(" or ", names), chosen.Device, chosen.Part, chosen.Layout, size, Disagreement(told, unusable, chosen.Layout))
        {
            ReadProtected = closed,
            IsCertain = names.Count == 1,
        };
    }

    /// <summary>Finds out which chip is behind a USART loader: it tells its product id.</summary>
    /// <param name="chip">A part number, or null.</param>
    public static RomChip Of(UsartLoader loader, string? chip)
    {
        ArgumentNullException.ThrowIfNull(loader);
        var devices = DeviceDatabase.FindAllById(loader.ProductId);
        (Device Device, Part Part)? named = chip is null ? null : ChipIdentification.Wanted(chip);
        if (named is { } wanted && !devices.Contains(wanted.Device))
        {
            throw new TargetException("NRST3501", $"The loader says product id 0x{loader.ProductId:X3}, and an {wanted.Part.Name} has 0x{wanted.Device.DeviceId:X3}.")
            {
                LikelyCause = "Another part than was named is on the board.",
                Evidence = devices.Count > 0 ? [$"0x{loader.ProductId:X3} is an {devices[0].Name}"] : [],
                Remedies = [new Remedy("Leave --chip out, and see what it is taken for.", "nrst info --probe serial:/dev/ttyUSB0")],
            };
        }

        if (devices.Count == 0)
        {
            return GenericChip.Of(loader.ProductId, ReadableFlash(loader));
        }

        var device = named?.Device ?? devices[0];
        loader.Know(device.DeviceId);
        var (size, closed) = ReadSize(loader, device);
        int? reach = size is null && !closed && named is null ? Reach(loader, device) : null;
        var part = named?.Part ?? device.Parts.Where(part => part.FlashKiB == reach).MinBy(part => part.RamBytes) ?? device.Parts.Where(part => part.FlashKiB == size).MinBy(part => part.RamBytes) ?? device.Parts.MaxBy(part => part.FlashKiB)!;
        var layout = part.Layouts.FirstOrDefault(layout => Holds(loader, layout)) ?? part.Layouts[0];
        List<string> notes = reach is { } read
            ? [$"The flash size cannot be read through the loader, which reads {read} KiB of flash and no more: that is taken for its size."]
            : size is null ? [$"The flash size cannot be read through the loader: the largest of its kind is assumed, {part.FlashKiB} KiB."]
            : size != part.FlashKiB ? [$"The chip says it has {size} KiB of flash, and the device data know none such: {part.FlashKiB} KiB are assumed."] : [];
        return new RomChip(named?.Part.Name ?? device.Name, device, part, layout, size, notes) { ReadProtected = closed };
    }

    private static bool Holds(UsartLoader loader, BankedLayout layout)
    {
        try
        {
            return layout.Holds(at =>
            {
                Span<byte> word = stackalloc byte[4];
                loader.Read(at, word);
                return System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(word);
            });
        }
        catch (NrstException refused) when (refused is FlashException or RefusedException)
        {
            return false; // registers are not for everybody
        }
    }

    /// <summary>The smallest of the sizes there are behind which nothing can be read; null where that is none.</summary>
    private static int? Reach(UsartLoader loader, Device device)
    {
        var word = new byte[4];
        foreach (var part in device.Parts.DistinctBy(part => part.FlashKiB).OrderBy(part => part.FlashKiB))
        {
            try
            {
                loader.Read(part.Layouts[0].Range.Last + 1, word);
            }
            catch (FlashException)
            {
                return part.FlashKiB;
            }
            catch (RefusedException)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>How far the flash of an unknown chip can be read.</summary>
    private static AddressRange ReadableFlash(UsartLoader loader)
    {
        const uint Start = 0x0800_0000, Least = 16 * 1024, Most = 4 * 1024 * 1024;
        var size = Least;
        for (var word = new byte[4]; size < Most; size *= 2)
        {
            try
            {
                loader.Read(new Address(Start + size), word);
            }
            catch (FlashException)
            {
                break;
            }
        }

        return new AddressRange(new Address(Start), size);
    }

    private static RomChip Named(DfuLoader loader, (Device Device, Part Part) named, DfuLayout told, string? unusable)
    {
        var (device, part) = named;
        loader.Know(device.DeviceId);
        var (size, closed) = ReadSize(loader, device);
        if (size is { } there && there != part.FlashKiB)
        {
            throw new TargetException("NRST3501", $"The chip says it has {there} KiB of flash, and an {part.Name} has {part.FlashKiB}.")
            {
                LikelyCause = "Another part than was named is on the board.",
                Evidence = [$"its loader tells '{told.Text}'"],
                Remedies = [new Remedy("Leave --chip out, and see what it is taken for.", "nrst info --probe dfu")],
            };
        }

        var layout = part.Layouts.FirstOrDefault(layout => RomCandidates.Agree(layout, told) == true) ?? part.Layouts[0];
        return new RomChip(part.Name, device, part, layout, size, Disagreement(told, unusable, layout)) { ReadProtected = closed };
    }

    /// <summary>The flash size register, where the loader lets it be read.</summary>
    internal static (int? KiB, bool Closed) ReadSize(IRomLoader loader, Device device)
    {
        try
        {
            Span<byte> word = stackalloc byte[4];
            loader.Read(device.Flash.Size.Word, word);
            return (device.Flash.Size.KiBOf(System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(word)), false);
        }
        catch (RefusedException)
        {
            return (null, true);
        }
        catch (FlashException)
        {
            return (null, false); // a place that the loader does not give access to
        }
    }

    /// <summary>What a job takes from the device data: chips that agree in it need not be told apart.</summary>
    private static object Needs(Device device) => (device.Flash.ErasedValue, FlashGrain.Of(device.Flash), device.Flash.WriteUnit);

    private static string? Unusable(DfuLayout told) => told.Flaw
        ?? (told.Segments.Count == 0 ? "there is no memory in it"
            : told.Segments.Any(segment => segment.Start.Value % 128 != 0 || segment.SectorBytes % 128 != 0 || segment.Bytes % segment.SectorBytes != 0) ? "its sectors are none of an STM32"
            : !told.Segments.Any(segment => segment is { Erasable: true, Writable: true }) ? "nothing of it can be erased and written"
            : null);

    private static RefusedException NoMap(DfuLayout told, string why) => new(
        "NRST6502", $"The loader describes its flash as '{told.Text}', and {why}; nothing was changed.")
    {
        LikelyCause = "A defect of this version of the loader, or of the cable that the description came over. Without a map of the sectors nothing can be erased.",
        Remedies = [new Remedy("Name the part, so that the device data stand in.", "nrst flash FILE --probe dfu --chip STM32F407VG")],
    };

    private static List<string> Disagreement(DfuLayout told, string? unusable, BankedLayout layout) => unusable is not null
        ? [$"The loader describes its flash as '{told.Text}', and {unusable}: the device data are used."]
        : RomCandidates.Agree(layout, told) switch
        {
            true => [],
            false => [$"The loader describes its flash as '{told.Text}', which is more than this part has: only what the device data know is used ({string.Join(" + ", layout.Banks.Select(bank => bank.Layout))})."],
            _ => [$"The loader describes its flash as '{told.Text}', and the device data have {string.Join(" + ", layout.Banks.Select(bank => bank.Layout))}: the device data are used."],
        };
}
