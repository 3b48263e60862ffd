namespace Nrst.VirtualBench.Tests.Probes;

/// <summary>The time of a command against figures that were measured on real probes.</summary>
public sealed class StLinkTiming
{
    /// <summary>A read with its status query; the rates are those of a V3MINIE trace, and of two dumps with a V2.</summary>
    [Theory]
    [InlineData("v3", 0, 24000, 1024, true, 549)]
    [InlineData("v3", 0, 24000, 6144, false, 633)]
    [InlineData("v2", 1, 1800, 4096, true, 107.9)]
    [InlineData("v2", 3, 950, 4096, true, 66.2)]
    public void Reads_are_as_fast_as_on_real_probes(string kind, byte divisor, int kilohertz, int length, bool withStatus, double kilobytes)
    {
        var bench = Entered(kind, divisor, kilohertz);
        var before = bench.Clock.Nanoseconds;

        for (var i = 0; i < 10; i++)
        {
            bench.Read(0x07, FakeChip.RamAt, length);
            if (withStatus)
            {
                bench.LastStatus();
            }
        }

        var rate = 10e6 * length / (bench.Clock.Nanoseconds - before);
        Assert.InRange(rate, kilobytes * 0.95, kilobytes * 1.05);
    }

    [Fact]
    public void A_V2_writes_RAM_at_the_measured_rate()
    {
        var bench = Entered("v2-1", 0, 4000);
        var before = bench.Clock.Nanoseconds;

        for (var i = 0; i < 10; i++)
        {
            bench.Write(0x08, FakeChip.RamAt, new byte[6144]);
            bench.LastStatus();
        }

        Assert.InRange(10e6 * 6144 / (bench.Clock.Nanoseconds - before), 284, 305);
    }

    [Fact]
    public void A_chip_with_a_slow_bus_slows_the_wire_down()
    {
        var bench = Entered("v3", 0, 24000);
        bench.Chip.HclkPicoseconds = 10_000_000;
        var before = bench.Clock.Nanoseconds;

        bench.Read(0x07, FakeChip.RamAt, 400);

        Assert.InRange(bench.Clock.Nanoseconds - before, 100 * 50_000, 100 * 50_000 + 200_000);
    }

    [Fact]
    public void Entering_takes_long_at_a_crawl()
    {
        var bench = new ProbeBench("v2-1");
        bench.Ask(2, 0xF2, 0x43, 0x1E, 0x03);
        var before = bench.Clock.Now;

        bench.Enter();

        Assert.InRange((bench.Clock.Now - before).TotalMilliseconds, 50, 100);
    }

    [Fact]
    public void Time_is_accounted_for()
    {
        var bench = Entered("v2-1", 0, 4000);
        bench.Clock.Wait(TimeSpan.FromMilliseconds(3));
        bench.Read(0x07, FakeChip.RamAt, 4096);

        var (host, usb, swd) = (bench.Clock.Spent(TimeKind.Host), bench.Clock.Spent(TimeKind.Usb), bench.Clock.Spent(TimeKind.Swd));

        Assert.Equal(3_000_000, host);
        Assert.Equal(20_000 + 3 * 200_000, usb);
        Assert.Equal(bench.Clock.Nanoseconds, host + usb + swd);
    }

    private static ProbeBench Entered(string kind, byte divisor, int kilohertz)
    {
        var bench = new ProbeBench(kind);
        if (kind == "v3")
        {
            bench.Ask(8, 0xF2, 0x61, 0, 0, (byte)kilohertz, (byte)(kilohertz >> 8), 0, 0);
        }
        else
        {
            bench.Tell(0xF3, 0x07);
            bench.Ask(2, 0xF2, 0x43, divisor, 0);
        }

        Assert.Equal(0x80, bench.Enter()[0]);
        return bench;
    }
}
