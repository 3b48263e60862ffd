using Nrst.Flash;
using Nrst.Images;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Random images over random contents, through probe, loader and flash controller; judged by the cells.</summary>
public sealed class Flashing_anything_over_anything
{
    [Theory]
    [InlineData("STM32F407VG", "v2", 0, 70)]
    [InlineData("STM32F429ZI", "v2-1", 1000, 60)] // two banks
    [InlineData("STM32F410RB", "v3", 2000, 50)]   // 32 KiB of RAM
    [InlineData("STM32F401CC", "v2", 3000, 20)]
    public void Leaves_the_image_and_changes_nothing_else(string part, string kind, int firstSeed, int count)
    {
        for (var seed = firstSeed; seed < firstSeed + count; seed++)
        {
            using var bench = new FlashingBench(part, kind, eraseFaster: 100);
            var random = new Random(seed);
            var start = RandomStart(random, bench);
            var image = RandomImage(random, bench, start);
            FillFlash(random, bench, image, start);
            var before = bench.Flash.ToArray();
            var options = new FlashOptions
            {
                AlwaysErase = random.Next(4) == 0,
                Keep = random.Next(3) == 0,
                Verify = random.Next(4) == 0 ? VerifyMode.Readback : VerifyMode.Hash,
            };

            var report = bench.Run(image, options);

            Judge(bench, image, before, report, options, $"{part}, seed {seed}, {options}");
        }
    }

    private static void Judge(
        FlashingBench bench, FirmwareImage image, byte[] before, FlashReport report, FlashOptions options, string which)
    {
        var start = bench.Geometry.Layout.Range.Start.Value;
        var wanted = before.ToArray();
        foreach (var sector in report.Plan.Sectors.Where(sector => sector.Erase && !options.Keep))
        {
            wanted.AsSpan((int)(sector.Sector.Range.Start.Value - start), (int)sector.Sector.Range.Length).Fill(0xFF);
        }

        foreach (var piece in image.Pieces)
        {
            piece.Data.Span.CopyTo(wanted.AsSpan((int)(piece.Start.Value - start)));
        }

        var same = bench.Flash.CommonPrefixLength(wanted);
        Assert.True(same == wanted.Length, $"{which}: differs at {same:X}\n{report.Plan}");
        Assert.Equal(
            report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector.Number),
            bench.Chip.FlashStatistics.Erases.Keys.Order());
        Assert.True(report.UsedLoader, which);
        Assert.True(report.Proof.BytesCompared >= image.Bytes, which);
        Assert.True(bench.IsLocked, which);
    }

    private static uint RandomStart(Random random, FlashingBench bench)
    {
        // Anywhere, but mostly where sectors are small: the start of a bank.
        var bank = bench.Geometry.Layout.Banks[random.Next(bench.Geometry.Layout.Banks.Count)];
        return bank.Layout.Sectors[random.Next(Math.Min(5, bank.Layout.Sectors.Count))].Range.Start.Value
            + (uint)(random.Next(3) == 0 ? random.Next(0x3000) : 0);
    }

    private static FirmwareImage RandomImage(Random random, FlashingBench bench, uint start)
    {
        var pieces = new List<(uint, byte[])>();
        var end = bench.Geometry.Layout.Range.Last.Value;
        for (var i = random.Next(1, 4); i > 0 && start < end; i--)
        {
            var data = new byte[Math.Min(random.Next(1, random.Next(3) == 0 ? 40 : 12_000), end - start)];
            random.NextBytes(data);
            if (random.Next(4) == 0)
            {
                data.AsSpan(random.Next(data.Length)).Fill(0xFF);
            }

            pieces.Add((start, data));
            start += (uint)data.Length + (uint)random.Next(random.Next(2) == 0 ? 6 : 9_000);
        }

        return Image([.. pieces]);
    }

    private static void FillFlash(Random random, FlashingBench bench, FirmwareImage image, uint start)
    {
        var origin = bench.Geometry.Layout.Range.Start.Value;
        if (random.Next(3) > 0)
        {
            foreach (var piece in image.Pieces)
            {
                piece.Data.Span[..random.Next(piece.Data.Length + 1)].CopyTo(bench.Flash[(int)(piece.Start.Value - origin)..]);
            }
        }

        for (var i = random.Next(5); i > 0; i--)
        {
            var at = (int)Math.Min(start - origin + (uint)random.Next(20_000), bench.Flash.Length - 1);
            random.NextBytes(bench.Flash.Slice(at, Math.Min(bench.Flash.Length - at, random.Next(1, random.Next(2) == 0 ? 5 : 3000))));
        }
    }
}
