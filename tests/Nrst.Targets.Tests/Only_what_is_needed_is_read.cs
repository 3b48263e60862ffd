namespace Nrst.Targets.Tests;

/// <summary>A command starts in a fraction of a second because it parses one device file, not all.</summary>
public sealed class Only_what_is_needed_is_read
{
    [Theory]
    [InlineData("STM32F407VGT6", "stm32f4")]
    [InlineData("STM32G071RB", "stm32g0")]
    [InlineData("stm32g071xb", "stm32g0")]
    [InlineData("STM32WB55CG", "stm32wb")]
    [InlineData("STM32WB05KZ", "stm32wb0")]
    [InlineData("STM32WBA55CG", "stm32wba-5x stm32wba-6x")]
    [InlineData("STM32L476RG", "stm32l4 stm32l4-plus")]
    [InlineData("STM32H743ZI", "stm32h7-2x stm32h7-4x stm32h7-ab stm32h7-rs")]
    public void A_name_reads_the_files_of_its_line(string name, string files)
    {
        var read = new List<string>();

        var found = PartLookup.Of(name, DeviceDatabase.TheIndex, Read(read)).Found;

        Assert.NotNull(found);
        Assert.Equal(files.Split(' '), read.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_id_reads_the_one_file_that_has_it()
    {
        foreach (var entry in DeviceDatabase.TheIndex.Entries)
        {
            foreach (var id in entry.Ids)
            {
                var owners = DeviceDatabase.TheIndex.Entries.Where(other => other.Ids.Contains(id)).Select(other => other.File);
                Assert.Equal(id == 0x411 ? ["stm32f2", "stm32f4"] : [entry.File], owners);
            }
        }
    }

    [Fact]
    public void The_index_says_what_the_files_say()
    {
        var index = DeviceDatabase.TheIndex;
        var files = Directory.GetFiles(Path.Combine(SharedFiles.Root, "data/devices"), "*.json").Select(path => Path.GetFileNameWithoutExtension(path)!);
        Assert.Equal(files.Order(StringComparer.Ordinal), index.Entries.Select(entry => entry.File).Order(StringComparer.Ordinal));
        foreach (var entry in index.Entries)
        {
            var devices = DeviceReader.Read(entry.File + ".json", File.ReadAllText(Path.Combine(SharedFiles.Root, $"data/devices/{entry.File}.json")));
            Assert.Equal(devices.SelectMany(device => device.OtherIds.Prepend(device.DeviceId)).Order(), entry.Ids.Order());
            Assert.All(devices, device => Assert.Equal(device.Core, entry.Core));
            Assert.All(devices, device => Assert.Equal(device.Debug.IdCodes, entry.Places));
            Assert.All(devices, device => Assert.Equal(device.Debug.AccessPort, entry.Places[0].AccessPort));
            Assert.All(devices.SelectMany(device => device.Parts), part =>
                Assert.Contains(entry, index.For(part.Name.ToUpperInvariant())));
        }
    }

    private static Func<string, IReadOnlyList<Device>> Read(List<string> read) => file =>
    {
        read.Add(file);
        return DeviceReader.Read(file + ".json", File.ReadAllText(Path.Combine(SharedFiles.Root, $"data/devices/{file}.json")));
    };
}
