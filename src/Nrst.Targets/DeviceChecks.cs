namespace Nrst.Targets;

/// <summary>What must hold for a device, because the code above the data relies on it.</summary>
internal static class DeviceChecks
{
    public static void Check(string where, Device device)
    {
        Require(device.DeviceId is > 0 and <= 0xFFF, where, "DEV_ID has twelve bits and is not 0.");
        Require(device.Manual.Length > 0 && device.Name.Length > 0, where, "Every row has a name and the manual it was read from.");
        Require(FlashDrivers.Known.Contains(device.Flash.Driver), where, $"There is no flash driver '{device.Flash.Driver}'.");
        Require(device.Parts.Count > 0, where, "The device has no parts.");
        Require(device.ResetHertz is >= 1_000_000 and <= 100_000_000, where, "The clock after reset is in Hz, between 1 and 100 MHz.");
        Require(device.Debug.IdCodes.Count > 0, where, "There is no place to read the identity code from.");
        Require(device.Debug.LowPower.Count > 0, where, "No bits keep the debug port alive in low-power modes.");
        Require(device.FasterClock is not { } faster || (faster.Hertz > device.ResetHertz && faster.Steps.All(step => (step.Value & ~step.Mask) == 0)), where, "A faster clock is faster, and its steps set bits of their masks.");
        Require(device.BusMasters.All(master => uint.IsPow2(master.Bits.Mask)), where, "Bus masters are quieted one by one, with one bit each.");
        Require(device.BusMasters.DistinctBy(master => master.Name).Count() == device.BusMasters.Count, where, "A bus master is listed twice.");
        Require(device.Flash.ErasedValue is 0 or 0xFF, where, "Erased bytes read 0x00 or 0xFF.");
        Require((device.TrustZone is null) == (device.Secure is null), where, "'trustZone' and 'secure' go together.");
        CheckWrites(where, device.Flash);
        foreach (var time in device.Flash.Times.BankErase.GroupBy(time => time.UnitBytes))
        {
            CheckTimes(where, "bank erase", device.Flash, [.. time]);
        }

        foreach (var part in device.Parts)
        {
            CheckName($"{where}, {part.Name}", device, part);
        }

        // Parts of one row differ in nothing but the name. Chips are found through here, so each row is looked at once.
        foreach (var part in device.Parts.DistinctBy(part => part with { Name = "" }))
        {
            CheckMemories($"{where}, {part.Name}", device, part);
        }
    }

    /// <summary>What must hold between the rows of all files.</summary>
    public static void CheckTogether(IReadOnlyList<Device> devices)
    {
        var ids = new HashSet<(ushort, string)>();
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var device in devices)
        {
            foreach (var id in device.OtherIds.Prepend(device.DeviceId))
            {
                Require(ids.Add((id, device.Core)), $"0x{id:X3}", $"Two rows have this DEV_ID and a {device.Core}.");
            }

            foreach (var part in device.Parts)
            {
                Require(names.Add(part.Name), $"0x{device.DeviceId:X3}, {part.Name}", "Two rows have this part number.");
            }
        }
    }

    private static void CheckWrites(string where, FlashDescription flash)
    {
        var units = flash.WriteUnits;
        Require(units.All(unit => unit is 1 or 2 or 4 or 8 or 16 or 32) && units.SequenceEqual(units.Order().Distinct()), where,
            "Programming accesses are of 1 to 32 bytes, a power of two, smallest first.");
        Require(flash.Burst is null || (flash.Burst > flash.WriteUnit && flash.Burst % flash.WriteUnit == 0), where,
            "A burst is several programming accesses.");
        Require(flash.EccWord is null || flash.EccWord % flash.WriteUnit == 0, where, "An ECC word is one programming access or several.");
    }

    private static void CheckName(string where, Device device, Part part)
    {
        Require(IsPartNumber(part.Name), where, "A part number has eleven or twelve letters and digits, and -A or -X behind them on a few.");
        Require(part.Name.StartsWith(device.Series.TrimEnd('+'), StringComparison.Ordinal), where, $"It is filed under {device.Series}.");
    }

    private static void CheckMemories(string where, Device device, Part part)
    {
        Require(part.Layouts.Count > 0, where, "The part has no sector map.");
        LayoutChecks.Check(where, part);
        foreach (var unit in part.Layouts.SelectMany(layout => layout.Sectors).Select(sector => sector.Range.Length).Distinct())
        {
            CheckTimes(where, $"{Show(unit)} sector", device.Flash, [.. device.Flash.Times.Erase.Where(time => time.UnitBytes == unit)]);
            Require(unit % (device.Flash.Burst ?? device.Flash.WriteUnit) == 0, where, $"A {Show(unit)} sector does not hold whole programming accesses.");
        }

        Require(part.Ram.Count > 0, where, "The part has no RAM.");
        Require(part.Ram.Any(ram => ram.Executes), where, "The part has no RAM that code runs from.");
        var memories = part.Ram.Select(ram => new NamedRange(ram.Name, ram.Range))
            .Append(new NamedRange("flash", part.Layouts.MaxBy(layout => layout.Range.Length)!.Range))
            .Concat(part.Eeprom)
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

    private static bool IsPartNumber(string name)
    {
        var plain = name is [.. var start, '-', 'A' or 'X'] ? start : name;
        return plain.Length is 11 or 12 && plain.All(char.IsAsciiLetterOrDigit);
    }

    private static string Show(uint bytes) => bytes % 1024 == 0 ? $"{bytes / 1024} KiB" : $"{bytes} byte";

    private static void CheckTimes(string where, string unit, FlashDescription flash, IReadOnlyList<EraseTime> times)
    {
        var widths = flash.WriteUnits.Count > 1 ? flash.WriteUnits.Select(bytes => 8 * bytes)
            : flash.Times.ProgramAt.Count > 0 ? flash.Times.ProgramAt.Select(time => time.Bits)
            : [0];
        foreach (var bits in widths)
        {
            Require(times.Count(time => time.Bits == bits) == 1, where, $"A {unit} needs one erase time{(bits == 0 ? "" : $" at x{bits}")}.");
        }

        Require(times.Count == widths.Count(), where, $"A {unit} has an erase time too many.");
    }

    private static void Require(bool holds, string where, string rule)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{where}: {rule}");
        }
    }
}
