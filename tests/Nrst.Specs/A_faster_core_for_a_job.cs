using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Where a reset leaves a slow clock, a job takes a faster one, and puts every register back.</summary>
public sealed class A_faster_core_for_a_job
{
    [Theory]
    [InlineData("STM32F207ZG")]
    [InlineData("STM32F401RE")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F411RE")]
    [InlineData("STM32F429ZI")]
    [InlineData("STM32F446RE")]
    [InlineData("STM32F722ZE")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32F767ZI")]
    [InlineData("STM32L073RZ")]
    public void It_runs_faster_while_the_job_lasts_and_as_the_reset_left_it_afterwards(string part)
    {
        using var bench = new FlashingBench(part);
        var faster = bench.Device.FasterClock!;
        var last = faster.Steps[^1];
        Assert.True(last.Waits);
        var during = new List<bool>();
        bench.Target = bench.Target with { Listener = happened => during.AddRange(happened is JobEvent.PhaseStarted { Phase: Phase.Program or Phase.Verify } ? [IsThere()] : []) };
        var before = Registers();
        Assert.False(IsThere());

        var report = bench.Run(Image((bench.Device.Flash.Start.Value, Bytes(8192))));

        Assert.True(report.UsedLoader);
        Assert.Equal([true, true], during);
        Assert.Equal(before, Registers());

        bool IsThere() => (bench.Memory.Read32(last.At) & last.Mask) == last.Value;

        List<string> Registers() => [.. faster.Places.Select(at => $"{at}: 0x{bench.Memory.Read32(at):X8}")];
    }

    /// <summary>Latency for the lowest supply of all of these, APB1 below its 30 MHz, and a voltage-controlled oscillator inside its range.</summary>
    [Theory]
    [InlineData("STM32F207ZG")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F722ZE")]
    [InlineData("STM32F746ZG")]
    public void The_PLL_of_an_STM32F2_F4_or_F7_stays_inside_the_limits_of_every_line(string part)
    {
        var (device, _) = DeviceDatabase.FindPart(part)!.Value;
        uint Bits(uint at, uint mask) => device.FasterClock!.Steps.Where(step => !step.Waits && step.At.Value == at).Aggregate(0u, (now, step) => (now & ~step.Mask) | step.Value) & mask;
        var pll = Bits(0x4002_3804, uint.MaxValue);
        var vco = 16.0 / (pll & 0x3F) * (pll >> 6 & 0x1FF);

        Assert.InRange(16.0 / (pll & 0x3F), 0.95, 2.1);
        Assert.InRange(pll >> 6 & 0x1FF, 192u, 432u);
        Assert.InRange(vco, 192, 432);
        Assert.Equal(device.FasterClock!.Hertz, vco / (2 * ((pll >> 16 & 3) + 1)) * 1e6);
        Assert.Equal(0u, pll >> 22 & 1); // HSI
        Assert.Equal(4u, Bits(0x4002_3808, 0x1C00) >> 10); // HCLK / 2
        Assert.True(device.FasterClock.Hertz / 16e6 <= Bits(0x4002_3C00, 7) + 1); // 16 MHz a wait state below 2.1 V
        Assert.True(Order(0x4002_3C00) < Order(0x4002_3808)); // wait states before the switch

        int Order(uint at) => device.FasterClock!.Steps.ToList().FindLastIndex(step => !step.Waits && step.At.Value == at);
    }
}
