namespace Nrst.Targets;

/// <summary>What must hold for a device, because the code above the data relies on it.</summary>
internal static class DeviceChecks
{
    /// <summary>The flash controllers there is a driver for.</summary>
    public static IReadOnlyList<string> Drivers { get; } = ["stm32f4"];

    private static readonly int[] Parallelism = [8, 16, 32];

    public static void Check(string where, Device device)
    {
        Require(device.DeviceId is > 0 and <= 0xFFF, where, "DEV_ID has twelve bits and is not 0.");
        Require(device.Manual.Length > 0 && device.Name.Length > 0, where, "Every row has a name and the manual it was read from.");
        Require(Drivers.Contains(device.Flash.Driver), where, $"There is no flash driver '{device.Flash.Driver}'.");
        Require(device.Parts.Count > 0, where, "The device has no parts.");
        CheckTimes(where, "bank erase", device.Flash.Times.BankErase);

        foreach (var part in device.Parts)
        {
            Check($"{where}, {part.Name}", device, part);
        }
    }

    /// <summary>What must hold between the rows of all files.</summary>
    public static void CheckTogether(IReadOnlyList<Device> devices)
    {
        var ids = new HashSet<ushort>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var device in devices)
        {
            Require(ids.Add(device.DeviceId), $"0x{device.DeviceId:X3}", "Two rows have this DEV_ID.");
            foreach (var part in device.Parts)
            {
                Require(names.Add(part.Name), $"0x{device.DeviceId:X3}, {part.Name}", "Two rows have this part number.");
            }
        }
    }

    private static void Check(string where, Device device, Part part)
    {
        Require(part.Name.Length == 11 && part.Name.All(char.IsAsciiLetterOrDigit), where, "A part number has eleven letters and digits.");
        Require(part.Layouts.Count > 0, where, "The part has no sector map.");
        Require(
            part.Layouts.Count == 1 ? part.Layouts[0].When is null : part.Layouts.All(layout => layout.When is not null),
            where, "Each of several sector maps says when it holds, and a single one does not.");
        Require(
            part.Layouts.Select(layout => layout.When).Distinct().Count() == part.Layouts.Count,
            where, "Two sector maps hold at the same time.");
        foreach (var layout in part.Layouts)
        {
            Check(where, device, part, layout);
        }

        Require(part.Ram.Count > 0, where, "The part has no RAM.");
        Require(part.Ram.Any(ram => ram.Executes), where, "The part has no RAM that code runs from.");
        var memories = part.Ram.Select(ram => new NamedRange(ram.Name, ram.Range))
            .Append(new NamedRange("flash", part.Layouts[0].Range))
            .Concat(device.OtherMemories)
            .OrderBy(memory => memory.Range.Start)
            .ToArray();
        for (var i = 1; i < memories.Length; i++)
        {
            var (lower, upper) = (memories[i - 1], memories[i]);
            Require(!lower.Range.Overlaps(upper.Range), where,
                $"{lower.Name} at {lower.Range} and {upper.Name} at {upper.Range} overlap.");
        }
    }

    private static void Check(string where, Device device, Part part, BankedLayout layout)
    {
        var sum = layout.Sectors.Sum(sector => sector.Range.Length);
        Require(sum == part.FlashKiB * 1024L, where, $"The sectors add up to {sum / 1024} KiB, not to {part.FlashKiB} KiB.");
        Require(layout.Sectors.Select(sector => sector.Number).Distinct().Count() == layout.Sectors.Count(), where,
            "Two sectors have the same number.");

        foreach (var kib in layout.Sectors.Select(sector => (int)(sector.Range.Length / 1024)).Distinct())
        {
            CheckTimes(where, $"{kib} KiB sector", [.. device.Flash.Times.Erase.Where(time => time.UnitKiB == kib)]);
        }
    }

    private static void CheckTimes(string where, string unit, IReadOnlyList<EraseTime> times)
    {
        foreach (var bits in Parallelism)
        {
            Require(times.Count(time => time.Bits == bits) == 1, where, $"A {unit} needs one erase time at x{bits}.");
        }
    }

    private static void Require(bool holds, string where, string rule)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{where}: {rule}");
        }
    }
}
