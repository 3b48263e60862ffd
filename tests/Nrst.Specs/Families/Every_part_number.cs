using Nrst.Flash;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>Each part number there is: the bench makes it and the geometry read from its silicon is that of the data, or the bench says why not.</summary>
public sealed class Every_part_number : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families() => [.. Family.All.Select(family => family.Name)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Is_made_by_the_bench_and_known_by_its_silicon(string family)
    {
        var these = Family.All.Single(one => one.Name == family);
        Assert.SkipUnless(these.HasModel, $"{family} has no model yet.");
        foreach (var (device, part) in these.Devices.SelectMany(device => device.Parts, (device, part) => (device, part)))
        {
            var bench = new FlashingBench(part.Name);
            using (bench)
            {
                var read = FlashGeometry.Read(bench.Memory, device, part: null);
                Assert.True(read.SizeKiB == part.FlashKiB, part.Name);
                Assert.True(bench.Geometry.Layout == part.Layouts[0], $"{part.Name}: {bench.Geometry.Layout.Condition}");
                Assert.Equal(device.DeviceId, device.Debug.IdCodes[0].DeviceIdOf(bench.Memory.Read32(device.IdCodeAt)));
                if (these.HasDriver)
                {
                    var protection = FlashProtection.ReadFrom(bench.Memory, device, bench.Geometry.Layout);
                    Assert.True(protection is { Read: ReadProtection.Level0, WriteProtected.Count: 0 }, $"{part.Name} comes protected from the factory.");
                    Assert.NotNull(OptionReading.ReadFrom(bench.Memory, device));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Is_refused_with_its_name_and_the_reason_where_there_is_no_model(string family)
    {
        var these = Family.All.Single(one => one.Name == family);
        var part = these.Smallest;
        var store = new BoardStore(_folder.Path);
        store.New("board", part.Name);
        if (these.HasModel)
        {
            store.Open("board").Dispose();
            return;
        }

        var refusal = Assert.Throws<UsageException>(() => store.Open("board"));
        Assert.Equal("NRST0187", refusal.Code);
        Assert.Contains(part.Name, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(these.Driver, refusal.LikelyCause, StringComparison.Ordinal);
    }
}
