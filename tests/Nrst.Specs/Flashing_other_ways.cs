using Nrst.Flash;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

public sealed class Flashing_other_ways
{
    private static readonly byte[] Code = Bytes(10_000);

    [Theory]
    [InlineData(3.3, 32)]
    [InlineData(2.4, 16)]
    [InlineData(1.9, 8)]
    public void The_measured_supply_chooses_how_many_bits_at_a_time(double volts, int bits)
    {
        using var bench = new FlashingBench(options: new ChipOptions { SupplyVolts = volts });
        bench.Flash[..100].Clear();

        var report = bench.Run(Image((0x0800_0000, Code)));

        Assert.Equal(bits, report.Parallelism);
        Assert.True(bench.Flash[..Code.Length].SequenceEqual(Code));
        Assert.Equal(bits == 32, !bench.Events.OfType<JobEvent.Noticed>().Any());
    }

    [Fact]
    public void An_unknown_supply_is_taken_for_a_low_one()
    {
        using var bench = new FlashingBench();
        bench.Target = bench.Target with { Volts = null };

        Assert.Equal(8, bench.Run(Image((0x0800_0000, Code[..200]))).Parallelism);
    }

    [Theory]
    [InlineData(3.3)]
    [InlineData(2.4)]
    [InlineData(1.9)]
    public void Register_by_register_the_same_is_done_slowly(double volts)
    {
        using var bench = new FlashingBench(options: new ChipOptions { SupplyVolts = volts });
        bench.Target = bench.Target with { WithoutLoader = true };
        bench.Flash[..5000].Clear();
        bench.Flash[0x3000] = 0x42;

        var report = bench.Run(Image((0x0800_0002, Code[..3001])), new FlashOptions { Keep = true });

        Assert.False(report.UsedLoader);
        Assert.Equal(VerifyMode.Readback, report.Proof.Mode);
        Assert.True(bench.Flash.Slice(2, 3001).SequenceEqual(Code.AsSpan(0, 3001)));
        Assert.Equal((0, 0, 0x42), (bench.Flash[0], bench.Flash[4999], bench.Flash[0x3000]));
        Assert.Equal([0], bench.Chip.FlashStatistics.Erases.Keys);
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void Where_the_loader_cannot_start_the_registers_do_it_and_it_is_said()
    {
        using var bench = new FlashingBench();
        bench.Target = bench.Target with { Part = bench.Part with { Ram = [] } };

        var report = bench.Run(Image((0x0800_0000, Code[..500])));

        Assert.False(report.UsedLoader);
        Assert.Contains(bench.Events, happened => happened is JobEvent.Noticed { Text: var text } && text.Contains("no RAM", StringComparison.Ordinal));
        Assert.True(bench.Flash[..500].SequenceEqual(Code.AsSpan(0, 500)));
    }

    [Fact]
    public void A_plan_changes_nothing()
    {
        using var bench = new FlashingBench();
        bench.Flash[..5000].Clear();
        var before = bench.Flash.ToArray();

        var plan = FlashExecutor.Plan(new FlashJob(bench.Target, Image((0x0800_0000, Code)), new FlashOptions()), default);

        Assert.Equal(16_384, plan.BytesErased);
        Assert.True(bench.Flash.SequenceEqual(before));
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void A_chip_erase_leaves_nothing_but_the_image()
    {
        using var bench = new FlashingBench(eraseFaster: 100);
        bench.Flash[0x2_0000..0x4_0000].Clear();
        bench.Flash[^1] = 0;

        var report = bench.Run(Image((0x0800_0000, Code)), new FlashOptions { ChipErase = true });

        Assert.False(report.Plan.MassErase); // two sectors are quicker than all
        Assert.True(bench.Flash[..Code.Length].SequenceEqual(Code));
        Assert.False(bench.Flash[Code.Length..].ContainsAnyExcept((byte)0xFF));
        Assert.Equal([5, 11], bench.Chip.FlashStatistics.Erases.Keys.Order());
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F429ZI")]
    public void A_chip_erase_of_a_full_chip_erases_all_banks_at_once(string part)
    {
        using var bench = new FlashingBench(part, eraseFaster: 100);
        bench.Flash.Clear();

        var report = bench.Run(Image((0x0800_0000, Code)), new FlashOptions { ChipErase = true });

        Assert.True(report.Plan.MassErase);
        Assert.True(bench.Flash[..Code.Length].SequenceEqual(Code));
        Assert.False(bench.Flash[Code.Length..].ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Writing_a_few_bytes_leaves_everything_around_them()
    {
        using var bench = new FlashingBench(eraseFaster: 100);
        Bytes(0x2_0000, seed: 3).CopyTo(bench.Flash);
        var wanted = bench.Flash.ToArray();
        Code.AsSpan(0, 7).CopyTo(wanted.AsSpan(0x5003));

        FlashExecutor.Write(bench.Target, new Address(0x0800_5003), Code.AsMemory(0, 7), default);

        Assert.True(bench.Flash.SequenceEqual(wanted));
    }

    [Theory]
    [InlineData(VerifyMode.Hash)]
    [InlineData(VerifyMode.Readback)]
    public void Verifying_names_the_first_difference(VerifyMode mode)
    {
        using var bench = new FlashingBench();
        Code.CopyTo(bench.Flash[0x101..]);
        var image = Image((0x0800_0101, Code));
        Assert.Equal(new FlashProof(mode, Code.Length), FlashExecutor.Verify(bench.Target, image, mode, default));

        bench.Core.Reset(Arm.ResetKind.System, halt: true);
        bench.Flash[0x1501] ^= 0x80;
        var error = Assert.Throws<ProofException>(() => FlashExecutor.Verify(bench.Target, image, mode, default));

        Assert.Equal(("NRST5109", new Address(0x0800_1501)), (error.Code, error.First));
        Assert.Equal([new AddressRange(new Address(0x0800_1501), 1)], error.Mismatch!.Ranges);
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F429ZI")]
    public void Erasing_everything_leaves_every_byte_blank(string part)
    {
        using var bench = new FlashingBench(part, eraseFaster: 100);
        bench.Flash.Clear();

        var report = FlashExecutor.Erase(bench.Target, null, default);

        Assert.Equal(bench.Flash.Length, report.Bytes);
        Assert.False(bench.Flash.ContainsAnyExcept((byte)0xFF));
        Assert.True(bench.IsLocked);
    }

    [Fact]
    public void Erasing_a_range_erases_the_sectors_it_touches_and_no_other()
    {
        using var bench = new FlashingBench("STM32F429ZI", eraseFaster: 100);
        foreach (var sector in bench.Geometry.Layout.Sectors.ToList())
        {
            bench.Flash.Clear();

            FlashExecutor.Erase(bench.Target, new AddressRange(sector.Range.Last, 1), default);

            var at = (int)(sector.Range.Start.Value - 0x0800_0000);
            Assert.False(bench.Flash.Slice(at, (int)sector.Range.Length).ContainsAnyExcept((byte)0xFF), $"sector {sector.Number}");
            Assert.False(bench.Flash[..at].ContainsAnyExcept((byte)0), $"sector {sector.Number}");
            Assert.False(bench.Flash[(at + (int)sector.Range.Length)..].ContainsAnyExcept((byte)0), $"sector {sector.Number}");
            bench.Core.Reset(Arm.ResetKind.System, halt: true);
        }
    }

    [Fact]
    public void Noise_on_the_wires_ends_in_an_error_or_in_the_right_bytes()
    {
        using var bench = new FlashingBench(wire: new WireFaults { NoisyAboveKilohertz = 1000 }, attachAt: 950);

        var error = Record.Exception(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.True(error is NrstException || (error is null && bench.Flash[..Code.Length].SequenceEqual(Code)), $"{error}");
    }

    [Fact]
    public void A_block_that_arrives_damaged_is_sent_again_and_that_is_said()
    {
        using var bench = new FlashingBench();
        bench.Target = bench.Target with { Memory = new DamagingMemory(bench.Memory, times: 2) };

        bench.Run(Image((0x0800_0000, Code)));

        Assert.Equal(2, bench.Events.OfType<JobEvent.Noticed>().Count(notice => notice.Text.Contains("damaged", StringComparison.Ordinal)));
        Assert.True(bench.Flash[..Code.Length].SequenceEqual(Code));
    }

    [Fact]
    public void A_block_that_never_arrives_whole_is_an_error_and_nothing_of_it_is_programmed()
    {
        using var bench = new FlashingBench();
        bench.Target = bench.Target with { Memory = new DamagingMemory(bench.Memory, times: int.MaxValue) };

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Code))));

        Assert.Equal("NRST2008", error.Code);
        Assert.False(bench.Flash.ContainsAnyExcept((byte)0xFF));
        Assert.True(bench.IsLocked);
    }

    /// <summary>Turns a bit over in everything long that is written after the loader itself.</summary>
    private sealed class DamagingMemory(ITargetMemory memory, int times) : ITargetMemory
    {
        private bool _loaderIsIn;
        private int _left = times;

        public uint Read32(Address address) => memory.Read32(address);
        public void Write32(Address address, uint value) => memory.Write32(address, value);
        public void Read(Address address, Span<byte> into) => memory.Read(address, into);

        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word)
        {
            var bytes = data.ToArray();
            if (_loaderIsIn && bytes.Length > 512 && _left-- > 0)
            {
                bytes[500] ^= 0x04;
            }

            _loaderIsIn = true;
            memory.Write(address, bytes, size);
        }
    }
}
