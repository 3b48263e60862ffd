using Nrst.Flash;
using Nrst.VirtualBench.Chips;
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
    [InlineData("STM32L476RG", 256, 0.0221 + (1024 * 1.91e-3), 2.10)]
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
    [InlineData("STM32L476RG", 256, 2.12)]
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
    [InlineData("STM32G071RB", 64, 32 * (22e-3 + (8 * 1.7e-3)))]
    [InlineData("STM32C031C6", 16, 8 * (22e-3 + (8 * 1.7e-3)))]
    public void Into_each_page_right_after_its_erase(string part, int kibibytes, double bound)
    {
        using var bench = new FlashingBench(part);
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);

        var report = Measure(bench, Bytes(kibibytes * 1024), bound, bound * 1.04);

        Assert.False(report.Plan.MassErase);
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
