using System.Globalization;
using System.Text.Json;

namespace Nrst.Targets.Tests;

/// <summary>
/// The rows against a table put together from the sources of six other programmers (families.json). Nothing here was
/// generated from that table, so a typing mistake in either shows.
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

    [Fact]
    public void Every_STM32F4_the_other_tools_know_is_known()
    {
        var theirs = Families().Where(row => Text(row, "series") == "STM32F4").Select(row => Hex(Text(row, "dev_id")));

        Assert.Equal(theirs.Order(), DeviceDatabase.All.Where(device => device.Name.StartsWith("STM32F4", StringComparison.Ordinal)).Select(device => (uint)device.DeviceId).Order());
    }

    [Fact]
    public void Names_manuals_and_addresses_agree() => ForEach((device, row) =>
    {
        Assert.Equal(Text(row, "name"), device.Name);
        Assert.StartsWith(Text(row, "reference_manual") + ",", device.Manual, StringComparison.Ordinal);
        Assert.Equal("CM4F", Text(row, "core"));
        Assert.Equal("Cortex-M4F", device.Core);
        Assert.Equal(Hex(Text(row, "swd_dpidr")), device.Dpidr);
        Assert.Equal(Hex(Text(row, "dbgmcu_idcode")), device.IdCodeAt.Value);
        Assert.Equal(Hex(Text(row, "uid_addr")), device.UniqueIdAt.Value);
        Assert.Equal(Hex(Text(row, "controller_base")), device.Flash.Controller.Value);
        Assert.Equal(Hex(Text(row, "flash_base")), device.Flash.Start.Value);
        Assert.Equal(Hex(Text(row, "flash_size_reg")), device.Flash.Size.At.Value);
        Assert.Equal(Hex(Text(row, "erased_value")), device.Flash.ErasedValue);
        Assert.Equal(row.GetProperty("bank_rule").ValueKind != JsonValueKind.Null, device.Flash.DualBank);
    });

    [Fact]
    public void Part_numbers_and_flash_sizes_agree() => ForEach((device, row) =>
    {
        var theirs = row.GetProperty("variants").EnumerateArray()
            .SelectMany(variant => variant.GetProperty("parts").EnumerateArray(),
                (variant, part) => $"{part.GetString()} {variant.GetProperty("flash_kb").GetInt32()}")
            .Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(theirs, device.Parts.Select(part => $"{part.Name} {part.FlashKiB}").Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Erase_maps_agree_bank_by_bank() => ForEach((device, row) =>
    {
        foreach (var variant in row.GetProperty("variants").EnumerateArray())
        {
            var theirs = variant.GetProperty("banks").EnumerateArray().Select(bank => string.Join(' ', bank.GetProperty("erase").EnumerateArray().SelectMany(
                run => Enumerable.Range(0, run.GetProperty("count").GetInt32()).Select(i =>
                    new AddressRange(new Address(Hex(Text(run, "start"))), run.GetProperty("size").GetUInt32()) is var first
                        ? new AddressRange(first.Start + ((uint)i * first.Length), first.Length).ToString()
                        : null))));

            foreach (var part in variant.GetProperty("parts").EnumerateArray())
            {
                var layouts = device.Parts.Single(candidate => candidate.Name == part.GetString()).Layouts;
                Assert.Equal(variant.GetProperty("selectable").GetBoolean(), layouts.Count > 1);
                Assert.Contains(layouts, layout => theirs.SequenceEqual(
                    layout.Banks.Select(bank => string.Join(' ', bank.Layout.Sectors.Select(sector => sector.Range)))));
            }
        }
    });

    [Fact]
    public void RAM_agrees_however_it_is_cut() => ForEach((device, row) =>
    {
        foreach (var variant in row.GetProperty("variants").EnumerateArray())
        {
            var theirs = Merged(variant.GetProperty("ram").EnumerateArray().Select(ram => new AddressRange(
                new Address(Hex(Text(ram, "base"))), ram.GetProperty("size").GetUInt32())));

            foreach (var part in variant.GetProperty("parts").EnumerateArray())
            {
                var ours = Merged(device.Parts.Single(candidate => candidate.Name == part.GetString()).Ram.Select(ram => ram.Range));
                Assert.Equal(theirs, ours);
            }
        }
    });

    [Fact]
    public void OTP_system_memory_and_option_bytes_agree() => ForEach((device, row) =>
    {
        var otp = row.GetProperty("otp");
        var system = row.GetProperty("system_memory")[0];
        var start = Hex(Text(system, "start"));

        Assert.Equal(new AddressRange(new Address(Hex(Text(otp, "base"))), otp.GetProperty("size").GetUInt32()), Named("OTP"));
        Assert.Equal(new AddressRange(new Address(start), Hex(Text(system, "end")) - start), Named("system memory"));
        Assert.Equal(Hex(Text(row.GetProperty("option_bytes"), "base")), Named("option bytes").Start.Value);

        AddressRange Named(string name) => device.OtherMemories.Single(memory => memory.Name == name).Range;
    });

    [Fact]
    public void Revisions_agree_but_for_the_listed_ones() => ForEach((device, row) =>
    {
        var theirs = row.GetProperty("revisions").EnumerateObject()
            .Select(revision => $"{Hex(revision.Name):X4} {revision.Value.GetString()}").Order(StringComparer.Ordinal);
        var ours = device.Revisions.Select(revision => $"{revision.Key:X4} {revision.Value}").Order(StringComparer.Ordinal);

        Assert.Equal(!OtherRevisions.ContainsKey(device.DeviceId), theirs.SequenceEqual(ours));
    });

    private static void ForEach(Action<Device, JsonElement> compare)
    {
        var compared = 0;
        foreach (var row in Families())
        {
            if (DeviceDatabase.FindById((ushort)Hex(Text(row, "dev_id"))) is { } device)
            {
                compare(device, row);
                compared++;
            }
        }

        Assert.Equal(DeviceDatabase.All.Count, compared);
    }

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
