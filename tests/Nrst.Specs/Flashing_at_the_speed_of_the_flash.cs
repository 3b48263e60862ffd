using Nrst.Flash;
using Nrst.VirtualBench.Chips;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Virtual seconds and exchanges, without connecting and the final reset. The bounds are the silicon's own time and a little.</summary>
public sealed class Flashing_at_the_speed_of_the_flash(ITestOutputHelper output)
{
    private const int ImageBytes = 70_468;

    // Sectors 0-3 of 16 KiB and sector 4 of 64 KiB, 17,617 words: erase 1.550 s, program 0.282 s.
    private const double Silicon = 1.832;

    [Theory]
    [InlineData("v2", 90)]
    [InlineData("v3", 90)]
    public void Seventy_kilobytes_over_full_sectors_take_the_silicons_time_and_little_more(string kind, int mostExchanges)
    {
        using var bench = new FlashingBench(kind: kind);
        Bytes(128 * 1024, seed: 7).CopyTo(bench.Flash);

        var (seconds, exchanges) = Measure(bench, Bytes(ImageBytes));

        Assert.InRange(seconds, Silicon, Silicon + 0.045);
        Assert.InRange(exchanges, 1, mostExchanges);
    }

    [Fact]
    public void Silicon_as_slow_as_the_data_sheet_allows_is_not_asked_much_more_often()
    {
        using var bench = new FlashingBench(options: new ChipOptions { FlashTimes = FlashTimeColumn.Max });
        Bytes(32 * 1024, seed: 7).CopyTo(bench.Flash);

        var (seconds, exchanges) = Measure(bench, Bytes(32 * 1024));

        Assert.InRange(seconds, 2 * 0.5 + 8192 * 100e-6, 2 * 0.5 + 8192 * 100e-6 + 0.06);
        Assert.InRange(exchanges, 1, 160);
    }

    [Fact]
    public void A_blank_chip_costs_its_programming_time_and_little_more()
    {
        using var bench = new FlashingBench();

        var (seconds, _) = Measure(bench, Bytes(ImageBytes));

        Assert.InRange(seconds, 0.282, 0.282 + 0.05);
    }

    [Fact]
    public void The_same_image_again_is_proved_in_a_moment()
    {
        using var bench = new FlashingBench();
        Bytes(ImageBytes).CopyTo(bench.Flash);

        var (seconds, exchanges) = Measure(bench, Bytes(ImageBytes));

        Assert.InRange(seconds, 0, 0.03);
        Assert.InRange(exchanges, 1, 30);
        Assert.Empty(bench.Chip.FlashStatistics.Erases);
        Assert.Equal(0, bench.Chip.FlashStatistics.Programs);
    }

    [Fact]
    public void One_changed_sector_costs_one_sector()
    {
        using var bench = new FlashingBench();
        Bytes(ImageBytes).CopyTo(bench.Flash);
        bench.Flash[0x5000] ^= 1;

        var (seconds, _) = Measure(bench, Bytes(ImageBytes));

        Assert.InRange(seconds, 0.25 + 4096 * 16e-6, 0.25 + 4096 * 16e-6 + 0.05);
        Assert.Equal([1], bench.Chip.FlashStatistics.Erases.Keys);
    }

    [Fact]
    public void While_data_flows_there_is_less_than_one_exchange_per_KiB()
    {
        using var bench = new FlashingBench();
        var small = new FlashingBench();
        var (_, few) = Measure(small, Bytes(64 * 1024));

        var (seconds, many) = Measure(bench, Bytes(320 * 1024));

        small.Dispose();
        Assert.InRange((many - few) / 256.0, 0, 1.0);
        Assert.InRange(seconds, 81_920 * 16e-6, 81_920 * 16e-6 * 1.1);
    }

    private (double Seconds, long Exchanges) Measure(FlashingBench bench, byte[] data)
    {
        var (start, before) = (bench.Clock.Now, bench.Exchanges);
        var report = bench.Run(Image((0x0800_0000, data)));
        var seconds = (bench.Clock.Now - start).TotalSeconds;
        var exchanges = bench.Exchanges - before;
        output.WriteLine(FormattableString.Invariant(
            $"{data.Length:N0} bytes: {seconds:0.0000} s, {exchanges} exchanges; compare {report.Seconds.Compare:0.0000}, erase {report.Seconds.Erase:0.0000}, program {report.Seconds.Program:0.0000}, verify {report.Seconds.Verify:0.0000}"));
        Assert.True(bench.Flash[..data.Length].SequenceEqual(data));
        Assert.True(report.UsedLoader);
        Assert.Equal(bench.Chip.FlashStatistics.EraseNanoseconds / 1e9, report.Seconds.Erase, 0.001);
        Assert.InRange(report.Seconds.Total, seconds - 0.02, seconds);
        Assert.Equal(new FlashProof(VerifyMode.Hash, data.Length), report.Proof);
        return (seconds, exchanges);
    }
}
