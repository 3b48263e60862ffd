using Nrst.Flash;
using Nrst.VirtualBench.Faults;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

public sealed class Flashing_that_goes_wrong
{
    private static readonly byte[] Code = Bytes(20_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flash_that_ignores_the_erase_is_an_error_and_never_a_success(bool withoutLoader)
    {
        using var bench = Bench("flash-ignores-commands", withoutLoader);
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST2005", error.Code);
        Assert.Equal(new Address(0x0800_0000), error.Where.Start);
        Assert.Contains(error.Evidence, seen => seen.StartsWith("FLASH_SR = 0x", StringComparison.Ordinal));
        Assert.Contains(error.Evidence, seen => seen.Contains("no sector erased for certain", StringComparison.Ordinal));
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void A_flash_that_ignores_programming_is_an_error_as_well()
    {
        using var bench = Bench("flash-ignores-commands");

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST2005", error.Code);
    }

    [Fact]
    public void Without_the_loader_a_flash_that_ignores_programming_fails_the_proof()
    {
        using var bench = Bench("flash-ignores-commands", withoutLoader: true);

        var error = Assert.Throws<ProofException>(() => bench.Run(Image((0x0800_0000, Code[..2000]))));

        Assert.Equal(("NRST5103", new Address(0x0800_0000)), (error.Code, error.First));
        Assert.Equal(new Address(0x0800_0000 + 2000 - 1), error.Mismatch!.Ranges[^1].Last);
    }

    [Fact]
    public void Without_the_loader_a_flash_slower_than_the_wire_is_caught_ignoring_a_program()
    {
        using var bench = new FlashingBench("STM32L073RZ", options: BoardPhysics.With("flash-ignores-commands").Chip);
        bench.Target = bench.Target with { WithoutLoader = true };

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Code[..64])))); // 3.2 ms for half a page, which is asked about sooner

        Assert.Equal("NRST2005", error.Code);
        Assert.Contains(error.Evidence, seen => seen.StartsWith("FLASH_SR = 0x", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_flash_that_never_finishes_is_given_up_within_its_limit(bool withoutLoader)
    {
        using var bench = Bench("flash-never-finishes", withoutLoader);
        bench.Flash[0] = 0;
        var start = bench.Clock.Now;

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Code[..2000]))));

        Assert.Equal("NRST2004", error.Code);
        Assert.InRange((bench.Clock.Now - start).TotalSeconds, 1.0, 70); // twice 0.5 s for the erase, then waiting in vain to lock
    }

    [Fact]
    public void A_word_that_cannot_be_programmed_is_found_and_named()
    {
        using var bench = Bench("flash-stuck-bit:0x08001234");

        var error = Assert.Throws<ProofException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST5109", error.Code);
        Assert.Equal([new AddressRange(new Address(0x0800_1234), 4)], error.Mismatch!.Ranges);
        Assert.InRange(error.First!.Value.Value, 0x0800_1234u, 0x0800_1237u);
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void A_worn_sector_fails_the_proof()
    {
        using var bench = Bench("flash-weak-erase:1");
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);

        var error = Assert.ThrowsAny<NrstException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.IsType<ProofException>(error);
        Assert.InRange(((ProofException)error).First!.Value.Value, 0x0800_4000u, 0x0800_7FFFu);
    }

    [Fact]
    public void A_worn_sector_is_found_by_an_erase_too()
    {
        using var bench = Bench("flash-weak-erase:1");
        bench.Flash[..0x8000].Clear();

        var error = Assert.Throws<ProofException>(() => FlashExecutor.Erase(
            bench.Target, new AddressRange(new Address(0x0800_0000), 0x8000), default));

        Assert.Equal(("NRST5003", MismatchKind.PartlyErased), (error.Code, error.Mismatch!.Kind));
        Assert.Equal(error.First, error.Mismatch.Ranges[0].Start);
        Assert.Equal(0x8000, error.Mismatch.BytesCompared);
        Assert.InRange(error.First!.Value.Value, 0x0800_4000u, 0x0800_7FFFu);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Write_protected_sectors_are_named_before_the_first_erase(bool withoutLoader)
    {
        using var bench = new FlashingBench();
        bench.Target = bench.Target with { WithoutLoader = withoutLoader };
        bench.SetOptions(options => options & ~(1u << 17));
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);
        var before = bench.Flash.ToArray();

        var error = Assert.Throws<RefusedException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST6002", error.Code);
        Assert.StartsWith("sector 1 ", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing on the chip was changed", error.Evidence);
        Assert.True(bench.Flash.SequenceEqual(before));
        Assert.Empty(bench.Chip.FlashStatistics.Erases);
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void A_write_protected_sector_that_already_holds_its_bytes_is_no_obstacle()
    {
        using var bench = new FlashingBench();
        Code.CopyTo(bench.Flash);
        bench.Flash[0] ^= 0xFF;
        bench.SetOptions(options => options & ~(1u << 17));

        var report = bench.Run(Image((0x0800_0000, Code)));

        Assert.Equal([0], report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector.Number));
        Assert.True(bench.Flash[..Code.Length].SequenceEqual(Code));
    }

    [Fact]
    public void Read_protection_is_named_before_anything_is_tried()
    {
        using var bench = new FlashingBench();
        bench.SetOptions(options => (options & 0xFFFF_00FF) | 0xBB00);

        var error = Assert.Throws<RefusedException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST6001", error.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_job_that_is_stopped_leaves_the_flash_locked_and_says_how_far_it_came(bool withoutLoader)
    {
        using var bench = new FlashingBench();
        using var stop = new CancellationTokenSource();
        bench.Target = bench.Target with
        {
            WithoutLoader = withoutLoader,
            Listener = happened =>
            {
                if (happened is JobEvent.Advanced { Phase: Phase.Program })
                {
                    stop.Cancel();
                }
            },
        };
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);

        var error = Assert.Throws<StoppedException>(() => bench.Run(Image((0x0800_0000, Bytes(200_000))), cancel: stop.Token));

        Assert.Equal("NRST9021", error.Code);
        Assert.Contains(error.Evidence, seen => seen.Contains("of 200,000 bytes programmed", StringComparison.Ordinal));
        Assert.True(bench.IsLocked);
        Assert.Equal(Arm.CoreState.Halted, bench.Core.ReadState());
        Assert.False(bench.Flash[..200_000].SequenceEqual(Bytes(200_000)));

        bench.Core.Reset(Arm.ResetKind.System, halt: true);
        bench.Target = bench.Target with { WithoutLoader = false, Listener = null };
        bench.Run(Image((0x0800_0000, Bytes(200_000))));
        Assert.True(bench.Flash[..200_000].SequenceEqual(Bytes(200_000)));
    }

    [Fact]
    public void An_image_that_does_not_fit_is_refused_before_the_chip_is_touched()
    {
        using var bench = new FlashingBench();
        var exchanges = bench.Exchanges;

        Assert.Throws<ImageException>(() => bench.Run(Image((0x0800_0000, Code), (0x2000_0000, Code))));

        Assert.Equal(exchanges, bench.Exchanges);
    }

    private static FlashingBench Bench(string fault, bool withoutLoader = false)
    {
        var bench = new FlashingBench(options: BoardPhysics.With(fault).Chip);
        bench.Target = bench.Target with { WithoutLoader = withoutLoader };
        return bench;
    }
}
