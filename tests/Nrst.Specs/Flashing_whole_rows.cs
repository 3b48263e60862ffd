using Nrst.Flash;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>
/// Whole rows, or bursts, at a time: virtual seconds without connecting and the final reset, and the whole flash compared byte for byte. The lower bounds are
/// rows and erases by the data sheet.
/// </summary>
public sealed class Flashing_whole_rows(ITestOutputHelper output)
{
    /// <summary>What is in the image's place has to go; elsewhere the chip is blank.</summary>
    [Theory]
    [InlineData("STM32L476RG", 256, 0.0221 + (1024 * 1.91e-3), 2.13)]
    [InlineData("STM32L4R5ZI", 256, 0.0221 + (512 * 3.82e-3), 2.16)]
    [InlineData("STM32G071RB", 64, 0.0221 + (256 * 1.7e-3), 0.52)]
    [InlineData("STM32G0B1RE", 64, 0.0221 + (256 * 1.7e-3), 0.54)]
    [InlineData("STM32C031C6", 32, 0.0221 + (128 * 1.7e-3), 0.29)]
    public void After_a_mass_erase(string part, int kibibytes, double bound, double most)
    {
        using var bench = new FlashingBench(part);
        var image = Bytes(kibibytes * 1024);
        Bytes(image.Length, seed: 7).CopyTo(bench.Flash);

        var report = Measure(bench, image, bound, most);

        Assert.True(report.Plan.MassErase);
    }

    /// <summary>Where nothing has to be erased first, a mass erase still pays for itself.</summary>
    [Theory]
    [InlineData("STM32L476RG", 256, 2.14)]
    [InlineData("STM32G071RB", 64, 0.52)]
    public void On_a_blank_chip(string part, int kibibytes, double most)
    {
        using var bench = new FlashingBench(part);

        var report = Measure(bench, Bytes(kibibytes * 1024), 0.4, most);

        Assert.True(report.Plan.MassErase);
    }

    [Theory]
    [InlineData("STM32U575ZI", 1.32)] // a core of 4 MHz: 0.16 s of it are looking at the flash before and after
    [InlineData("STM32U585AI", 1.32)]
    [InlineData("STM32U385RG", 1.12)]
    [InlineData("STM32WBA52CG", 1.10)]
    public void As_bursts_that_need_no_erase(string part, double most)
    {
        using var bench = new FlashingBench(part, kind: "v3");
        var image = Bytes(256 * 1024);
        bench.Flash[^16..].Fill(0x55); // so nothing can be erased at once

        var report = Measure(bench, image, 2048 * 0.384e-3, 2048 * 0.384e-3 * most);

        Assert.False(report.Plan.MassErase);
        Assert.Equal(0, report.BytesErased);
    }

    /// <summary>Other data must stay, so nothing is erased at once; the page erased last takes rows there.</summary>
    [Theory]
    [InlineData("STM32G071RB", 64, 32 * (22e-3 + (8 * 1.7e-3)), 1.04)]
    [InlineData("STM32C031C6", 16, 8 * (22e-3 + (8 * 1.7e-3)), 1.10)]
    public void Into_each_page_right_after_its_erase(string part, int kibibytes, double bound, double most)
    {
        using var bench = new FlashingBench(part);
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);

        var report = Measure(bench, Bytes(kibibytes * 1024), bound, bound * most);

        Assert.False(report.Plan.MassErase);
    }

    /// <summary>Every row arrives half a row too far, which no controller takes.</summary>
    [Theory]
    [InlineData("STM32L476RG", 128)]
    [InlineData("STM32G071RB", 128)]
    public void What_refuses_rows_is_erased_again_and_programmed_unit_by_unit(string part, int shift)
    {
        using var bench = new FlashingBench(part);
        bench.Target = bench.Target with { Memory = new RowsElsewhere(bench.Memory, (uint)shift) };
        var image = Bytes(20 * 1024);
        Bytes(image.Length, seed: 7).CopyTo(bench.Flash);

        var report = bench.Run(Image((0x0800_0000, image)), new FlashOptions { AlwaysErase = true });

        Assert.True(bench.Flash[..image.Length].SequenceEqual(image));
        Assert.Equal(new FlashProof(VerifyMode.Hash, image.Length), report.Proof);
        var told = Assert.Single(bench.Events.OfType<JobEvent.Noticed>()).Text;
        output.WriteLine(told);
        Assert.Contains("FLASH_SR = ", told, StringComparison.Ordinal);
        Assert.Equal(bench.Chip.FlashStatistics.EraseNanoseconds / 1e9, report.Seconds.Erase, 0.001);
        Assert.True(bench.Memory.Read32(bench.Device.Flash.Controller + 0x14) >> 31 == 1); // FLASH_CR.LOCK
    }

    /// <summary>What nothing was erased for cannot be erased again: other data may be beside it.</summary>
    [Fact]
    public void Where_nothing_was_erased_a_refused_burst_ends_the_job()
    {
        using var bench = new FlashingBench("STM32U575ZI");
        bench.Target = bench.Target with { Memory = new RowsElsewhere(bench.Memory, 8) };
        bench.Flash[^16..].Fill(0x55);

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_0000, Bytes(20 * 1024)))));

        output.WriteLine(string.Join("; ", error.Evidence));
        Assert.Equal("NRST2015", error.Code);
        Assert.Contains(error.Remedies, remedy => remedy.Command == "nrst flash FILE --always-erase");
    }

    /// <summary>RM0351 wants 8 MHz of the AHB; a core that no reset brought to its clock is not made faster.</summary>
    [Fact]
    public void A_core_too_slow_for_rows_programs_unit_by_unit()
    {
        using var bench = new FlashingBench("STM32L476RG");
        bench.Target = bench.Target with { MeasuredHertz = 4_000_000 };
        var image = Bytes(64 * 1024);

        var report = bench.Run(Image((0x0800_0000, image)));

        Assert.False(report.Plan.MassErase);
        Assert.Equal(8192 * 81.69e-6, report.Bound!.Program, 0.001);
        Assert.True(bench.Flash[..image.Length].SequenceEqual(image));
    }

    /// <summary>Rows are not worth other data that lies in a page of the image and needs no erase to stay.</summary>
    [Fact]
    public void Other_data_in_a_page_of_the_image_is_no_price_for_rows()
    {
        using var bench = new FlashingBench("STM32L476RG");
        bench.Flash[0x1_8400] = 0x42; // behind the image, in the same page

        var report = bench.Run(Image((0x0800_0000, Bytes(0x1_8100))));

        Assert.False(report.Plan.MassErase);
        Assert.Equal(0x42, bench.Flash[0x1_8400]);
        Assert.True(bench.Flash[..0x1_8100].SequenceEqual(Bytes(0x1_8100)));
    }

    /// <summary>What is written back beside the image makes whole bursts of it, and the time for that is no impossible one.</summary>
    [Fact]
    public void Data_that_is_kept_may_fill_up_what_the_image_has_of_a_burst()
    {
        using var bench = new FlashingBench("STM32U575ZI", kind: "v3");
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);
        var expected = bench.Flash.ToArray();
        var pieces = Enumerable.Range(0, 512).Select(i => ((uint)(0x0800_0000 + (i * 128)), Bytes(112, seed: i))).ToArray();
        foreach (var (at, data) in pieces)
        {
            data.CopyTo(expected, (int)(at - 0x0800_0000));
        }

        var report = bench.Run(Image(pieces), new FlashOptions { Keep = true });

        Assert.True(bench.Flash.SequenceEqual(expected));
        Assert.InRange(report.Bound!.Program, 512 * 0.384e-3 * 0.87, 512 * 0.384e-3);
    }

    /// <summary>A row whose end is blank is no whole row, though the image has all of it; what comes there later needs no erase.</summary>
    [Fact]
    public void The_blank_end_of_a_row_stays_programmable()
    {
        using var bench = new FlashingBench("STM32L476RG");
        var image = Bytes(64 * 1024);
        image.AsSpan()[^0x80..].Fill(0xFF);

        var first = bench.Run(Image((0x0800_0000, image)));
        var whole = Bytes(64 * 1024);
        var second = bench.Run(Image((0x0800_0000, whole)));

        Assert.True(first.Plan.MassErase);
        Assert.Equal(0, second.BytesErased);
        Assert.True(bench.Flash[..whole.Length].SequenceEqual(whole));
    }

    /// <summary>A wire on which every command to program by rows names a place that is <paramref name="shift"/> bytes too far.</summary>
    private sealed class RowsElsewhere(ITargetMemory inner, uint shift) : ITargetMemory
    {
        private const uint Program = 1, ByRows = 1;

        public uint Read32(Address address) => inner.Read32(address);

        public void Write32(Address address, uint value) => inner.Write32(address, value);

        public void Read(Address address, Span<byte> into) => inner.Read(address, into);

        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word)
        {
            var bytes = data.ToArray();
            for (var end = bytes.Length; end >= 16;)
            {
                var trailer = bytes.AsSpan(end - 16, 16);
                var command = BitConverter.ToUInt32(trailer[4..]);
                var start = end - 16 - (int)(command & 0xFF_FFFF);
                if (start < 0 || BitConverter.ToUInt32(trailer[8..]) != Crc(bytes.AsSpan(start, end - 8 - start)))
                {
                    break;
                }

                if (command >> 28 == Program && (command >> 24 & ByRows) != 0)
                {
                    BitConverter.TryWriteBytes(trailer, BitConverter.ToUInt32(trailer) + shift);
                    BitConverter.TryWriteBytes(trailer[8..], Crc(bytes.AsSpan(start, end - 8 - start)));
                }

                end = start;
            }

            inner.Write(address, bytes, size);
        }

        /// <summary>As the CRC unit counts it.</summary>
        private static uint Crc(ReadOnlySpan<byte> words)
        {
            var crc = uint.MaxValue;
            for (; words.Length >= 4; words = words[4..])
            {
                crc ^= BitConverter.ToUInt32(words);
                for (var bit = 0; bit < 32; bit++)
                {
                    crc = crc << 1 ^ ((int)crc < 0 ? 0x04C1_1DB7u : 0);
                }
            }

            return crc;
        }
    }

    private FlashReport Measure(FlashingBench bench, byte[] image, double bound, double most)
    {
        var expected = bench.Flash.ToArray();
        image.CopyTo(expected, 0);
        var start = bench.Clock.Now;

        var report = bench.Run(Image((bench.Device.Flash.Start.Value, image)));

        var seconds = (bench.Clock.Now - start).TotalSeconds;
        output.WriteLine(FormattableString.Invariant(
            $"{bench.Part.Name}: {image.Length:N0} bytes: {seconds:0.0000} s, bound {report.Bound!.Total:0.0000}; compare {report.Seconds.Compare:0.0000}, erase {report.Seconds.Erase:0.0000}, program {report.Seconds.Program:0.0000}, verify {report.Seconds.Verify:0.0000}"));
        Assert.True(bench.Flash.SequenceEqual(expected));
        Assert.DoesNotContain(bench.Events, told => told is JobEvent.Noticed);
        Assert.InRange(seconds, bound, most);
        Assert.InRange(report.Bound.Total, bound * 0.99, seconds);
        return report;
    }
}
