using Nrst.Flash;
using Nrst.Targets;
using Nrst.VirtualBench.Faults;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>The silicon's own time for a job, computed from the device data, and held against the probe's clock.</summary>
public sealed class What_a_job_needs_at_least
{
    // DS8626, "Flash memory characteristics", x32: 16 KiB 0.25 s, 64 KiB 0.55 s, a word 16 us.
    private const double Sector16 = 0.25;
    private const double Sector64 = 0.55;
    private const double Word = 16e-6;

    // As if the core ran this slowly: a count of cycles that any operation passes.
    private const uint Fooled = 200;

    [Fact]
    public void Seventy_kilobytes_over_full_sectors_need_what_the_data_sheet_says()
    {
        using var bench = new FlashingBench();
        Bytes(128 * 1024, seed: 7).CopyTo(bench.Flash);

        var report = bench.Run(Image((0x0800_0000, Bytes(70_468))));

        Assert.Equal((4 * Sector16) + Sector64, report.Bound!.Erase, 6);
        Assert.Equal(17_617 * Word, report.Bound.Program, 6);
        Assert.InRange(report.Seconds.Erase + report.Seconds.Program, report.Bound.Total, report.Bound.Total * 1.05);
        Assert.Null(report.Saving); // nothing was right, nothing was blank
    }

    [Fact]
    public void Blank_words_need_no_time()
    {
        using var bench = new FlashingBench();
        var half = Bytes(8 * 1024);
        Array.Fill(half, (byte)0xFF, 4096, 4096);

        Assert.Equal(1024 * Word, bench.Run(Image((0x0800_0000, half))).Bound!.Program, 6);
    }

    [Fact]
    public void An_erase_of_everything_counts_once()
    {
        using var bench = new FlashingBench("STM32G071RB");
        Bytes(128 * 1024, seed: 7).CopyTo(bench.Flash);

        var report = FlashExecutor.Erase(bench.Target, null, CancellationToken.None);

        Assert.Equal(bench.Chip.FlashStatistics.EraseNanoseconds / 1e9, report.Bound!.Erase, 6);
        Assert.InRange(report.Bound.Erase, 0.01, 0.1); // 64 pages one by one take 1.4 s
    }

    [Fact]
    public void What_looking_first_saves_is_told_in_sectors_and_seconds()
    {
        using var bench = new FlashingBench();
        Bytes(70_468).CopyTo(bench.Flash);
        bench.Flash[0x5000] ^= 1;

        var saving = bench.Run(Image((0x0800_0000, Bytes(70_468)))).Saving!;

        Assert.Equal((5, 1, 1), (saving.Sectors, saving.Changed, saving.Erased));
        Assert.Equal((3 * Sector16) + Sector64 + ((17_617 - 4096) * Word), saving.SiliconSeconds, 6);
        Assert.Equal("1 of 5 sectors differs: 0.36 s instead of 1.88 s.", saving.Describe(0.36));
    }

    [Fact]
    public void A_blank_chip_saves_the_erase()
    {
        using var bench = new FlashingBench();

        var saving = bench.Run(Image((0x0800_0000, Bytes(20_000)))).Saving!;

        Assert.Equal((2, 2, 0), (saving.Sectors, saving.Changed, saving.Erased));
        Assert.Equal(2 * Sector16, saving.SiliconSeconds, 6);
        Assert.Equal("2 of 2 sectors differ, and nothing had to be erased: 0.10 s instead of 0.60 s.", saving.Describe(0.1));
    }

    [Theory]
    [InlineData(5, 0, 0, "None of 5 sectors differs: 1.00 s instead of 3.00 s.")]
    [InlineData(1, 0, 0, "The only sector is as it should be: 1.00 s instead of 3.00 s.")]
    [InlineData(1, 1, 0, "1 of 1 sector differs, and nothing had to be erased: 1.00 s instead of 3.00 s.")]
    [InlineData(131, 3, 3, "3 of 131 sectors differ: 1.00 s instead of 3.00 s.")]
    [InlineData(131, 3, 2, "3 of 131 sectors differ, and 2 had to be erased: 1.00 s instead of 3.00 s.")]
    public void The_saving_reads_as_a_sentence(int sectors, int changed, int erased, string sentence) =>
        Assert.Equal(sentence, new FlashSaving(sectors, changed, erased, 2).Describe(1));

    [Fact]
    public void A_flash_that_ignores_commands_is_caught_even_where_the_chips_own_count_is_fooled()
    {
        using var bench = new FlashingBench(options: BoardPhysics.With("flash-ignores-commands").Chip);
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);
        bench.Target = bench.Target with { MeasuredHertz = Fooled };

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Bytes(64)), (0x0800_4000, Bytes(64)))));

        Assert.Equal("NRST2013", error.Code);
        Assert.Equal(new AddressRange(new Address(0x0800_0000), 32 * 1024), error.Where);
        Assert.Contains("the data sheet gives 0.500 s: 0.500 s erasing, 0.000 s programming", error.Evidence);
        Assert.Contains(error.Evidence, seen => seen.StartsWith("FLASH_SR = 0x", StringComparison.Ordinal));
        Assert.Contains(error.Evidence, seen => seen.StartsWith("FLASH_CR = 0x", StringComparison.Ordinal));
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void An_erase_that_was_ignored_is_caught_the_same_way()
    {
        using var bench = new FlashingBench(options: BoardPhysics.With("flash-ignores-commands").Chip);
        bench.Flash[0] = 0;
        bench.Target = bench.Target with { MeasuredHertz = Fooled };

        var error = Assert.Throws<FlashException>(
            () => FlashExecutor.Erase(bench.Target, new AddressRange(new Address(0x0800_0000), 4), CancellationToken.None));

        Assert.Equal("NRST2013", error.Code);
    }

    [Theory]
    [InlineData(3, 8_000_000, 0x0800_0000, 1024, "0.167 s")] // 83 ms for what cannot take less than 125
    [InlineData(20, 1_500_000, 0x0800_C000, 60_000, "0.133 s")] // 12.5 ms, and filling the ring takes longer than 125
    public void An_erase_that_ends_too_soon_is_caught_while_it_can_be(int faster, uint toldHertz, uint at, int bytes, string counted)
    {
        using var bench = new FlashingBench(eraseFaster: faster);
        var whole = DeviceDatabase.FindPart("STM32F407VG")!.Value.Device;
        bench.Target = bench.Target with { Device = whole, MeasuredHertz = toldHertz };
        Bytes(128 * 1024, seed: 7).CopyTo(bench.Flash);

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((at, Bytes(bytes)))));

        Assert.Equal("NRST2013", error.Code);
        Assert.Contains(error.Evidence, seen => seen == counted + " of erasing by the chip's own count"); // of cycles shorter than it was told
    }

    [Fact]
    public void An_erase_as_quick_as_silicon_can_be_is_believed()
    {
        using var bench = new FlashingBench();
        var slower = DeviceDatabase.FindPart("STM32F407VG")!.Value.Device;
        var times = slower.Flash.Times;
        bench.Target = bench.Target with
        {
            Device = slower with { Flash = slower.Flash with { Times = times with { Erase = [.. times.Erase.Select(row => row with { Typical = row.Typical * 1.9 })] } } },
        };
        Bytes(16 * 1024, seed: 7).CopyTo(bench.Flash);

        bench.Run(Image((0x0800_0000, Bytes(1024))));
    }
}
