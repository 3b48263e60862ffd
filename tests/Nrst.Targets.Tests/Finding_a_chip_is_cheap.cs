namespace Nrst.Targets.Tests;

/// <summary>Every command on a chip reads one device file. Bytes allocated stand for the time that takes, and are the same on any machine.</summary>
public sealed class Finding_a_chip_is_cheap
{
    private const int MostForARow = 100_000;

    [Fact]
    public void What_a_device_file_costs_grows_with_its_rows_and_not_with_its_part_numbers()
    {
        foreach (var entry in DeviceDatabase.TheIndex.Entries)
        {
            var json = Text(entry.File + ".json");
            var rows = json.Split("\"names\"").Length - 1;
            DeviceReader.Read(entry.File, json); // what is made once for all files
            var before = GC.GetAllocatedBytesForCurrentThread();

            DeviceReader.Read(entry.File, json);

            var used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used < (rows * MostForARow), $"{entry.File}: {used:N0} bytes for {rows} rows");
        }
    }

    private static string Text(string name)
    {
        using var stream = typeof(DeviceDatabase).Assembly.GetManifestResourceStream("devices/" + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
