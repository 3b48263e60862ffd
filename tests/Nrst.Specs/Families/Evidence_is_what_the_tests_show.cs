using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>What the device files claim is what tests of this project show, no more and no less; and so is the table in the documents.</summary>
public sealed class Evidence_is_what_the_tests_show : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void For_each_device()
    {
        var met = Family.Met.SelectMany(family => family.Devices).ToHashSet();
        var shown = DeviceDatabase.All.Select(device => Line(
            device,
            !met.Contains(device) ? [] : [new Evidence("swd", "simulated", [.. AgreedBy(device)])]));

        Assert.Equal(string.Join('\n', shown), string.Join('\n', DeviceDatabase.All.Select(device => Line(device, device.Evidence))));
    }

    /// <summary>Every device is flashed by <see cref="Driver_and_model_meet"/>.</summary>
    [Fact]
    public void Each_device_with_evidence_is_flashed()
    {
        var flashed = Family.Met.SelectMany(family => family.Geometries()).Select(row => DeviceDatabase.FindPart(row.Part)!.Value.Device.Name).ToHashSet();

        Assert.All(DeviceDatabase.All.Where(device => device.Evidence.Count > 0), device => Assert.Contains(device.Name, flashed));
    }

    [Fact]
    public void The_table_in_the_documents_is_what_nrst_prints()
    {
        var printed = _nrst.Run("chips", "--families").Exits(0).Output.ReplaceLineEndings("\n").Trim();
        var written = File.ReadAllText(Path.Combine(Repository.Root, "docs", "families.md")).ReplaceLineEndings("\n");

        Assert.True(
            written.Contains(printed, StringComparison.Ordinal),
            "docs/families.md is not what nrst prints; put this into it:\n" + printed);
    }

    [Fact]
    public void Info_says_it()
    {
        Assert.Contains("as OpenOCD 0.12", _nrst.Run("info", "--probe", "virtual:STM32F407VG").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("OpenOCD 0.12", (string?)_nrst.Run("info", "--probe", "virtual:STM32F407VG", "--json").Exits(0).Result["agreedBy"]![0]);
        Assert.Empty(_nrst.Run("info", "--probe", "virtual:STM32C031C6", "--json").Exits(0).Result["agreedBy"]!.AsArray());
    }

    private static IEnumerable<string> AgreedBy(Device device)
    {
        if (OpenOcdChip.All.Any(chip => chip.Device == device))
        {
            yield return "OpenOCD 0.12";
        }

        if (StFlashChip.All.Any(chip => chip.Device == device && chip.Fault is null))
        {
            yield return "st-flash 1.7";
        }
    }

    private static string Line(Device device, IReadOnlyList<Evidence> evidence) =>
        $"0x{device.DeviceId:X3} {device.Name}: {string.Join("; ", evidence.Select(one => $"{one.Route} {one.Level}: {string.Join(", ", one.AgreedBy)}"))}";
}
