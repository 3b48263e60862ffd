using Nrst.Flash;
using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>
/// Every family of which there is a driver and a model, both written from the manual and neither from the other: random images over random
/// cells, under each sector map the option bytes can choose. All bytes of the flash are compared after each job.
/// </summary>
public sealed class Driver_and_model_meet
{
    /// <summary>The families with one side only, or none. The list must become empty, and is held to be exact.</summary>
    private static readonly string[] s_waiting =
    [
    ];

    public static TheoryData<string, string> Geometries()
    {
        var rows = new TheoryData<string, string>();
        foreach (var (part, map) in Family.Met.SelectMany(family => family.Geometries()))
        {
            rows.Add(part, map);
        }

        return rows;
    }

    public static TheoryData<string, string> Smallest()
    {
        var rows = new TheoryData<string, string>();
        foreach (var family in Family.Met)
        {
            rows.Add(family.Name, family.Smallest.Name);
        }

        return rows;
    }

    [Fact]
    public void Those_that_wait_for_one_side_are_known()
    {
        var waiting = Family.All.Except(Family.Met)
            .Select(family => $"{family.Name}: no {(family.HasDriver ? "model" : family.HasModel ? "driver" : "driver, no model")}");

        Assert.Equal(string.Join('\n', s_waiting), string.Join('\n', waiting));
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    public void An_image_in_pieces_goes_over_old_bytes_then_one_byte_changes_then_over_blank_cells(string part, string map)
    {
        using var bench = Bench(part, map);
        var pieces = Pieces(bench.Geometry.Layout, seed: 1);
        new Random(5).NextBytes(bench.Flash);

        Flash(bench, pieces, "over old bytes");
        Assert.True(Flash(bench, pieces, "again").Plan.ChangesNothing);

        pieces[0].Data[1234] ^= 0x10;
        var changed = Flash(bench, pieces, "one byte changed");
        Assert.Single(changed.Plan.Sectors, sector => sector.Changes);

        bench.Flash.Fill(bench.Device.Flash.ErasedValue);
        var onBlank = Flash(bench, pieces, "over blank cells");
        Assert.True(onBlank.BytesErased == 0 || onBlank.Plan.MassErase, "only so that whole rows can be programmed, which want a mass erase before");
    }

    [Theory]
    [MemberData(nameof(Geometries))]
    public void Register_by_register_as_well(string part, string map)
    {
        using var bench = Bench(part, map, eraseFaster: 1);
        bench.Target = bench.Target with { WithoutLoader = true };
        var layout = bench.Geometry.Layout;
        var last = layout.Banks[^1].Layout.Range;
        new Random(6).NextBytes(bench.Flash);

        var report = Flash(bench, [(layout.Range.Start.Value, Bytes(301)), (last.Start.Value + 2048, Bytes(67, seed: 9)), (last.Last.Value, [0x5A])], "register by register");

        Assert.False(report.UsedLoader);
    }

    [Theory]
    [MemberData(nameof(Smallest))]
    public void An_image_fills_the_flash_to_its_last_byte(string family, string part)
    {
        using var bench = new FlashingBench(part, eraseFaster: 100);
        new Random(7).NextBytes(bench.Flash);
        var pieces = bench.Geometry.Layout.Banks.Select(bank => (bank.Layout.Range.Start.Value, Bytes((int)bank.Layout.Range.Length, seed: bank.Number))).ToArray();

        var report = Flash(bench, pieces, family);

        Assert.Equal(bench.Flash.Length, report.Proof.BytesCompared);
    }

    private static FlashReport Flash(FlashingBench bench, (uint At, byte[] Data)[] pieces, string which)
    {
        var (before, image) = (bench.Flash.ToArray(), Image(pieces));
        var report = bench.Run(image);
        ExpectedFlash.Judge(bench, image, before, report, which);
        return report;
    }

    private static FlashingBench Bench(string name, string map, int eraseFaster = 100)
    {
        var (device, part) = DeviceDatabase.FindPart(name)!.Value;
        var layout = part.Layouts.Single(layout => (layout.Condition ?? "always") == map);
        var bench = new FlashingBench(name, eraseFaster: eraseFaster, past: OptionCells.Find(device, part, layout));
        Assert.Equal(layout.Condition, bench.Geometry.Layout.Condition);
        return bench;
    }

    /// <summary>Odd lengths, a gap of five bytes, both sides of each border between banks, and the last byte there is.</summary>
    private static (uint At, byte[] Data)[] Pieces(BankedLayout layout, int seed)
    {
        var start = layout.Range.Start.Value;
        List<(uint, byte[])> pieces = [(start, Bytes(3001, seed)), (start + 3006, Bytes(777, seed + 1))];
        foreach (var bank in layout.Banks.Skip(1))
        {
            var border = bank.Layout.Range.Start.Value;
            pieces.Add((layout.Banks[0].Layout.Range.Last.Value - 98, Bytes(99, seed + 2)));
            pieces.Add((border, Bytes(133, seed + 3)));
        }

        pieces.Add((layout.Range.Last.Value - 256, Bytes(257, seed + 4)));
        return [.. pieces];
    }
}
