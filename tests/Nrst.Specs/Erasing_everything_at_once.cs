using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Erasing the whole flash can be quicker than erasing its sectors. It is done where it loses nothing, unasked.</summary>
public sealed class Erasing_everything_at_once
{
    private const int Sector3 = 0xC000, Sector4 = 0x1_0000, End = 0x8_0000;

    [Fact]
    public void It_is_done_where_the_other_sectors_are_blank()
    {
        using var bench = new FlashingBench("STM32F407VE", eraseFaster: 100);
        Bytes(End, seed: 3).CopyTo(bench.Flash);
        bench.Flash[Sector3..Sector4].Fill(0xFF);

        var report = bench.Run(AllButSector3());

        Assert.True(report.Plan.MassErase);
        Assert.Contains(report.Plan.Steps, step => step.Reason.StartsWith("everything at once is faster", StringComparison.Ordinal));
        AssertHolds(bench, 0xFF);
    }

    [Fact]
    public void It_is_not_done_where_one_of_them_holds_a_byte()
    {
        using var bench = new FlashingBench("STM32F407VE", eraseFaster: 100);
        Bytes(End, seed: 3).CopyTo(bench.Flash);
        bench.Flash[Sector3..Sector4].Fill(0xFF);
        bench.Flash[Sector3 + 0x123] = 0x42;

        var report = bench.Run(AllButSector3());

        Assert.False(report.Plan.MassErase);
        Assert.Equal(0x42, bench.Flash[Sector3 + 0x123]);
    }

    [Fact]
    public void It_is_not_done_where_a_sector_is_write_protected()
    {
        using var bench = new FlashingBench("STM32F407VE", eraseFaster: 100);
        Bytes(End, seed: 3).CopyTo(bench.Flash);
        bench.Flash[Sector3..Sector4].Fill(0xFF);
        bench.SetOptions(options => options & ~(1u << 3 << 16));

        var report = bench.Run(AllButSector3());

        Assert.False(report.Plan.MassErase);
        AssertHolds(bench, 0xFF);
    }

    [Fact]
    public void It_is_not_done_where_the_sectors_alone_are_quicker()
    {
        using var bench = new FlashingBench("STM32F407VE", eraseFaster: 100);
        bench.Flash[..0x100].Clear();

        Assert.False(bench.Run(Image((0x0800_0000, Bytes(0x1000)))).Plan.MassErase);
    }

    private static Images.FirmwareImage AllButSector3() => Image(
        (0x0800_0000, Bytes(Sector3)), (0x0800_0000 + Sector4, Bytes(End - Sector4, seed: 2)));

    private static void AssertHolds(FlashingBench bench, byte between)
    {
        Assert.True(bench.Flash[..Sector3].SequenceEqual(Bytes(Sector3)));
        Assert.False(bench.Flash[Sector3..Sector4].ContainsAnyExcept(between));
        Assert.True(bench.Flash[Sector4..End].SequenceEqual(Bytes(End - Sector4, seed: 2)));
    }
}
