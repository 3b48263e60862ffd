using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The same promises for every sector map of every part number, whether there is a driver for it or not.</summary>
public sealed class Planning_for_every_part
{
    private sealed record Map(Device Device, Part Part, BankedLayout Layout)
    {
        public FlashGrain Grain => FlashGrain.Of(Device.Flash);

        public FlashSector[] Sectors => [.. Layout.Sectors];

        public override string ToString() => $"{Part.Name} {Layout.Condition}";
    }

    private static readonly List<Map> s_maps =
    [
        .. DeviceDatabase.All
            .SelectMany(device => device.Parts, (device, part) => (device, part))
            .SelectMany(row => row.part.Layouts, (row, layout) => new Map(row.device, row.part, layout))
            .DistinctBy(map => (map.Device.Flash.Driver, map.Grain, string.Join(' ', map.Layout.Banks.Select(bank => $"{bank.Layout.Range} {bank.Layout.Sectors.Count}")))),
    ];

    [Fact]
    public void There_are_many() => Assert.True(s_maps.Count > 100, $"{s_maps.Count} sector maps");

    [Fact]
    public void An_image_that_fills_the_flash_touches_every_sector_from_end_to_end() => Assert.All(s_maps, map =>
    {
        var image = Image([.. map.Layout.Stretches().Select(stretch => (stretch.Start.Value, Examples.Bytes((int)stretch.Length)))]);

        ImagePlacement.Check(image, map.Device, map.Part, map.Layout);
        var plan = FlashPlanner.Plan(image, map.Sectors, new SectorKnowledge?[map.Sectors.Length], new PlanOptions(), map.Grain);

        Assert.Equal(map.Sectors, plan.Sectors.Select(sector => sector.Sector));
        Assert.All(plan.Sectors, sector => Assert.True(sector.Erase && sector.Program is [{ Holes.Count: 0 }] && sector.Program[0].Range == sector.Sector.Range));
        Assert.Equal(map.Layout.Length, plan.BytesProgrammed);
        Assert.Equal(map.Layout.Length, plan.BytesErased);
    });

    [Fact]
    public void The_last_byte_alone_is_widened_to_a_unit_with_erased_bytes() => Assert.All(s_maps, map =>
    {
        var last = map.Sectors.MaxBy(sector => sector.Range.Start).Range.Last;
        var image = Image((last.Value, [0x5A]));

        ImagePlacement.Check(image, map.Device, map.Part, map.Layout);
        var plan = FlashPlanner.Plan(image, map.Sectors, new SectorKnowledge?[map.Sectors.Length], new PlanOptions(), map.Grain);

        var only = Assert.Single(plan.Sectors);
        var run = Assert.Single(only.Program);
        Assert.Equal((int)map.Grain.Unit, run.Data.Length);
        Assert.Equal(last, run.Range.Last);
        Assert.True(map.Grain.IsBlank(run.Data.AsSpan(0, run.Data.Length - 1)));
        var writing = Assert.Single(SectorWork.NotBlank(only.Sector.Range.Start, Whole(only, map.Grain), map.Grain));
        Assert.Equal(run.Range, writing.Range);
    });

    [Fact]
    public void A_byte_past_the_end_or_in_a_hole_is_refused() => Assert.All(s_maps, map =>
    {
        foreach (var stretch in map.Layout.Stretches())
        {
            var error = Assert.Throws<ImageException>(
                () => ImagePlacement.Check(Image((stretch.Last.Value, [1, 2])), map.Device, map.Part, map.Layout));
            Assert.Equal("NRST4090", error.Code);
        }
    });

    [Fact]
    public void A_unit_that_is_not_all_blank_is_erased_and_not_added_to() => Assert.All(s_maps, map =>
    {
        var sector = map.Sectors[0];
        var image = Image((sector.Range.Start.Value, Examples.Bytes((int)map.Grain.Unit * 2)));
        var content = new byte[sector.Range.Length];
        content.AsSpan().Fill(map.Grain.Erased);
        var wanted = WantedSector.Split(image, map.Sectors, map.Grain)[0];

        Assert.Equal(new RunState(RunMatch.Appendable, sector.Range.Start), SectorKnowledge.Of(wanted, content).Runs[0]);

        image.Pieces[0].Data.Span[..(int)map.Grain.Unit].CopyTo(content);
        Assert.Equal(new RunState(RunMatch.Appendable, sector.Range.Start + map.Grain.Unit), SectorKnowledge.Of(wanted, content).Runs[0]);

        content[map.Grain.Unit] = image.Pieces[0].Data.Span[(int)map.Grain.Unit]; // right as far as it goes, and yet a unit begun
        Assert.Equal(RunMatch.Differs, SectorKnowledge.Of(wanted, content).Runs[0].Match);
    });

    [Fact]
    public void A_gap_is_never_written() => Assert.All(s_maps, map =>
    {
        var (start, unit) = (map.Sectors[0].Range.Start.Value, map.Grain.Unit);
        if (map.Sectors.Length < 16)
        {
            return; // the image of this test is spread over sixteen of the smallest sectors
        }

        var far = map.Sectors[8].Range.Start.Value;
        var image = Image((start, Examples.Bytes((int)unit)), (far, Examples.Bytes((int)unit)));

        var plan = FlashPlanner.Plan(image, map.Sectors, new SectorKnowledge?[map.Sectors.Length], new PlanOptions(), map.Grain);

        Assert.Equal(2, plan.Sectors.Count);
        Assert.Equal(2 * (int)unit, plan.Sectors.Sum(sector => SectorWork.NotBlank(sector.Sector.Range.Start, Whole(sector, map.Grain), map.Grain).Sum(writing => writing.Data.Length)));
    });

    /// <summary>The sector as it will be.</summary>
    private static byte[] Whole(SectorPlan plan, FlashGrain grain)
    {
        var bytes = new byte[plan.Sector.Range.Length];
        bytes.AsSpan().Fill(grain.Erased);
        foreach (var run in plan.Program)
        {
            run.Data.CopyTo(bytes, (int)(run.Start - plan.Sector.Range.Start));
        }

        return bytes;
    }

    private static FirmwareImage Image(params (uint At, byte[] Data)[] pieces) => Examples.Image(pieces);
}
