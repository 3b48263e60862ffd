using System.Globalization;
using System.Text.Json;

namespace Nrst.Targets.Tests;

/// <summary>
/// The rows against a table put together from the sources of six other programmers (families.json), field by field.
/// Where we differ on purpose, the reason stands here, and a listed difference that is none any more fails too.
/// </summary>
public sealed class The_device_database_against_other_tools
{
    /// <summary>REV_ID tables that differ on purpose, with the reason.</summary>
    private static readonly Dictionary<ushort, string> OtherRevisions = new()
    {
        [0x413] = "RM0090 \"MCU device ID code\" has 1003=1, 1007=2, 100F=Y, 101F=4, 103F=5 or 6; the tools use the list of the 0x419 for both.",
        [0x419] = "RM0090 has no Z and adds 2003=5 or B.",
        [0x434] = "RM0386 lists A only; the tools use the list of the 0x419.",
        [0x441] = "RM0402 starts at 1001=Z and gives 3000 two names.",
        [0x458] = "RM0401 lists A only; the tools use the list of the 0x423.",
    };

    /// <summary>DEV_IDs of the table that no device file describes.</summary>
    private static readonly Dictionary<uint, string> NotDescribed = new()
    {
        [0x486] = "STM32N6: no internal flash.",
        [0x4B2] = "STM32WBA2x: no list of its parts was found.",
        [0x500] = "STM32MP15x: no internal flash.",
        [0x501] = "STM32MP13x: no internal flash.",
        [0x503] = "STM32MP21x: no internal flash.",
        [0x505] = "STM32MP23x and 25x: no internal flash.",
    };

    /// <summary>Row and field where we differ, with the reason.</summary>
    private static readonly Dictionary<(ushort Id, string Field), string> Differences = new()
    {
        [(0x459, "burst")] = "The length of a row is in dispute.",
        [(0x489, "burst")] = "The length of a row is in dispute.",
        [(0x459, "DPIDR")] = "A Cortex-M0+ has 0x0BC11477; the other value is marked unverified there.",
        [(0x489, "DPIDR")] = "A Cortex-M0+ has 0x0BC11477; the other value is marked unverified there.",
        [(0x447, "erase maps")] = "From 128 KiB on there are two banks, as the reference manual's EEPROM banks show; the table has one.",
        [(0x472, "erase maps")] = "DBANK and DB256K are read on the 256 KiB parts too.",
        [(0x415, "erase maps")] = "DUALBANK is read below 1 MiB.",
        [(0x461, "erase maps")] = "DUALBANK is read below 1 MiB.",
        [(0x42A, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x454, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x455, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x476, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x481, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x482, "erase maps")] = "DUALBANK is read below the largest size.",
        [(0x4B0, "erase maps")] = "DUAL_BANK is read.",
        [(0x467, "erase maps")] = "DUAL_BANK is read on the 512 KiB parts too.",
        [(0x44E, "erase maps")] = "SINGLE_BANK is read.",
        [(0x44F, "erase maps")] = "SINGLE_BANK is read.",
        [(0x45A, "erase maps")] = "SINGLE_BANK is read.",
        [(0x459, "system memory")] = "The table has none.",
        [(0x489, "system memory")] = "The table has none.",
        [(0x452, "system memory")] = "It cannot reach across the OTP at 0x1FF0_7800.",
        [(0x467, "system memory")] = "The table lists the size of one bank twice.",
    };

    [Fact]
    public void Every_chip_the_other_tools_know_is_known_or_said_not_to_be()
    {
        var theirs = Families().Select(row => Hex(Text(row, "dev_id"))).Order();
        var ours = DeviceDatabase.All.SelectMany(device => device.OtherIds.Prepend(device.DeviceId)).Select(id => (uint)id).Distinct(); // the STM32F40x has one of the STM32F2

        Assert.Equal(theirs, ours.Concat(NotDescribed.Keys).Order());
    }

    [Fact]
    public void Names_addresses_and_numbers_agree() => ForEach((device, row, differ) =>
    {
        differ("name", Text(row, "name"), device.Name);
        differ("manual", row.GetProperty("reference_manual").GetString() ?? "CMSIS headers", device.Manual.Split(',', ' ') is ["CMSIS", ..] ? "CMSIS headers" : device.Manual.Split(',')[0]);
        differ("core", Core(Text(row, "core")), device.Core);
        differ("DPIDR", row.GetProperty("swd_dpidr").GetString() is { } dpidr ? Hex(dpidr.Split(' ')[0]) : device.Dpidr, device.Dpidr);
        differ("IDCODE", row.GetProperty("dbgmcu_idcode").GetString() is { } at ? Hex(at) : Hex(Text(row.GetProperty("id_registers"), "SYSCFG_JTAG_ID")), device.IdCodeAt.Value);
        differ("memory AP", row.GetProperty("cpu_access_port").GetInt32(), device.Debug.AccessPort);
        differ("second AP", Number(row, "second_cpu_access_port"), device.SecondCore?.AccessPort);
        differ("unique id", Hex(Text(row, "uid_addr")), device.UniqueIdAt.Value);
        differ("unique id words", string.Join(' ', row.GetProperty("uid_word_offsets").EnumerateArray()), string.Join(' ', device.UniqueId.Offsets));
        differ("controller", Hex(Text(row, "controller_base")), device.Flash.Controller.Value);
        differ("second controller", row.GetProperty("controller_base_bank2").GetString() is { } second ? Hex(second) : null,
            device.Flash.Controllers.Count > 1 ? device.Flash.Controllers[1].Value : null as uint?);
        differ("secure controller", device.DeviceId == 0x474 ? null : Optional(row, "controller_base_secure"), device.Secure?.Controller.Value);
        differ("flash", Hex(Text(row, "flash_base")), device.Flash.Start.Value);
        differ("size register", Hex(Text(row, "flash_size_reg")), device.Flash.Size.At.Value);
        differ("size form", Text(row, "flash_size_reg_format").StartsWith("u32", StringComparison.Ordinal), device.Flash.Size.Form is SizeForm.WordsLessOne);
        differ("erased value", Hex(Text(row, "erased_value")), (uint)device.Flash.ErasedValue);
        differ("write unit", row.GetProperty("program_granularity").GetInt32(), device.Flash.WriteUnit);
        differ("burst", Number(row, "fast_program_bytes"), device.Flash.Burst);
    });

    [Fact]
    public void Part_numbers_and_flash_sizes_agree() => ForEach((device, row, _) =>
    {
        var theirs = row.GetProperty("variants").EnumerateArray()
            .SelectMany(variant => variant.GetProperty("parts").EnumerateArray(),
                (variant, part) => $"{part.GetString()} {variant.GetProperty("flash_kb").GetInt32()}")
            .Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(theirs, device.Parts.Select(part => $"{part.Name} {part.FlashKiB}").Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Erase_maps_agree_bank_by_bank() => ForEach((device, row, differ) =>
    {
        // Maps with exchanged banks are arithmetic on the others; the table has none.
        var theirs = row.GetProperty("variants").EnumerateArray().SelectMany(
            variant => variant.GetProperty("parts").EnumerateArray(),
            (variant, part) => $"{part.GetString()}: {string.Join(" | ", variant.GetProperty("banks").EnumerateArray().Select(Units))}");
        var ours = device.Parts.SelectMany(
            part => part.Layouts.Where(layout => layout.Banks[0].Number == 1),
            (part, layout) => $"{part.Name}: {string.Join(" | ", layout.Banks.Select(bank => string.Join(' ', bank.Layout.Sectors.Select(sector => sector.Range))))}");
        var (mine, other) = (ours.Distinct().ToHashSet(), theirs.Distinct().ToHashSet());

        differ("erase maps", true, mine.SetEquals(other));
        if (device.DeviceId is not (0x447 or 0x472))
        {
            Assert.Superset(other, mine); // a listed difference may add maps that an option bit chooses, and lose none
        }

        static string Units(JsonElement bank) => string.Join(' ', bank.GetProperty("erase").EnumerateArray().SelectMany(
            run => Enumerable.Range(0, run.GetProperty("count").GetInt32()).Select(i =>
                new AddressRange(new Address(Hex(Text(run, "start")) + (uint)i * run.GetProperty("size").GetUInt32()), run.GetProperty("size").GetUInt32()))));
    });

    [Fact]
    public void RAM_and_EEPROM_agree_however_they_are_cut() => ForEach((device, row, _) =>
    {
        foreach (var variant in row.GetProperty("variants").EnumerateArray())
        {
            var ram = Merged(variant.GetProperty("ram").EnumerateArray().Select(Range));
            var eeprom = Merged(variant.TryGetProperty("eeprom", out var pieces) ? pieces.EnumerateArray().Select(Range) : []);
            foreach (var part in variant.GetProperty("parts").EnumerateArray())
            {
                var ours = device.Parts.Single(candidate => candidate.Name == part.GetString());
                Assert.Equal(ram, Merged(ours.Ram.Select(region => region.Range)));
                Assert.Equal(eeprom, Merged(ours.Eeprom.Select(region => region.Range)));
            }
        }

        static AddressRange Range(JsonElement piece) => new(new Address(Hex(Text(piece, "base"))), piece.GetProperty("size").GetUInt32());
    });

    [Fact]
    public void OTP_system_memory_and_option_bytes_agree() => ForEach((device, row, differ) =>
    {
        var otp = row.GetProperty("otp");
        differ("OTP", otp.ValueKind is JsonValueKind.Null ? null : new AddressRange(new Address(Hex(Text(otp, "base"))), otp.GetProperty("size").GetUInt32()), Named("OTP"));
        var system = row.GetProperty("system_memory").EnumerateArray()
            .Select(piece => new AddressRange(new Address(Hex(Text(piece, "start"))), Hex(Text(piece, "end")) - Hex(Text(piece, "start"))).ToString());
        differ("system memory", string.Join(' ', system), string.Join(' ', device.OtherMemories.Where(memory => memory.Name is "system memory" or "system memory of bank 2").Select(memory => memory.Range)));
        if (Optional(row.GetProperty("option_bytes"), "base") is { } options)
        {
            differ("option bytes", options, Named("option bytes")?.Start.Value);
        }

        AddressRange? Named(string name) => device.OtherMemories.SingleOrDefault(memory => memory.Name == name)?.Range;
    });

    [Fact]
    public void Revisions_agree_but_for_the_listed_ones() => ForEach((device, row, _) =>
    {
        var theirs = row.GetProperty("revisions").EnumerateObject()
            .Select(revision => $"{Hex(revision.Name):X4} {revision.Value.GetString()}").Order(StringComparer.Ordinal);
        var ours = device.Revisions.Select(revision => $"{revision.Key:X4} {revision.Value}").Order(StringComparer.Ordinal);

        Assert.Equal(!OtherRevisions.ContainsKey(device.DeviceId), theirs.SequenceEqual(ours));
    });

    private delegate void Differ(string field, object? theirs, object? ours);

    private static void ForEach(Action<Device, JsonElement, Differ> compare)
    {
        var compared = 0;
        var wrong = new List<string>();
        foreach (var row in Families())
        {
            if (DeviceDatabase.All.FirstOrDefault(device => device.DeviceId == Hex(Text(row, "dev_id"))) is { } device)
            {
                compare(device, row, (field, theirs, ours) =>
                {
                    if (Equals(theirs, ours) == Differences.ContainsKey((device.DeviceId, field)))
                    {
                        wrong.Add($"0x{device.DeviceId:X3} {field}: theirs {theirs}, ours {ours}");
                    }
                });
                compared++;
            }
        }

        Assert.Empty(wrong);
        Assert.Equal(DeviceDatabase.All.Count, compared);
    }

    private static string Core(string theirs) => theirs switch
    {
        "CM7F(+CM4F)" => "Cortex-M7F",
        "CM4F+CM0+" => "Cortex-M4F",
        "CM4(+CM0+)" => "Cortex-M4",
        _ => "Cortex-M" + theirs[2..],
    };

    private static int? Number(JsonElement row, string name) =>
        row.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null;

    private static uint? Optional(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.GetString() is { } text ? Hex(text) : null;

    private static AddressRange[] Merged(IEnumerable<AddressRange> ranges)
    {
        var merged = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(range => range.Start))
        {
            if (merged.Count > 0 && merged[^1].Last + 1 == range.Start)
            {
                merged[^1] = new AddressRange(merged[^1].Start, merged[^1].Length + range.Length);
            }
            else
            {
                merged.Add(range);
            }
        }

        return [.. merged];
    }

    private static JsonElement[] Families()
    {
        var file = SharedFiles.Path("data/families.json");
        Assert.SkipWhen(file is null, "families.json is not beside this repository (NRST_SHARED names its folder).");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file));
        return [.. document.RootElement.EnumerateArray().Select(row => row.Clone())];
    }

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static uint Hex(string text) => uint.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
