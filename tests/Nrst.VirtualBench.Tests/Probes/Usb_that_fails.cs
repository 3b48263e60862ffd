using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Tests.Probes;

public sealed class Usb_that_fails
{
    private static readonly byte[] s_version = [0x2B, 0x5F, 0x83, 0x04, 0x4B, 0x37];

    [Fact]
    public void A_stalled_command_is_not_executed_and_the_endpoint_stays_halted()
    {
        var bench = With(new UsbFaults { StallAt = 1 });

        Assert.Equal("NRST1187", Assert.Throws<ProbeException>(() => bench.Tell(0xF2, 0x30, 0xA3)).Code);
        Assert.True(Assert.Throws<ProbeException>(() => bench.Tell(0xF5)).LostSync);
        Assert.Equal(0, bench.Probe.Exchanges);

        bench.Probe.ClearHalt(toHost: true);
        Assert.Throws<ProbeException>(() => bench.Tell(0xF5));
        bench.Probe.ClearHalt(toHost: false);
        Assert.Equal([1, 0], bench.Ask(2, 0xF5));
    }

    [Fact]
    public void A_stalled_answer_is_lost()
    {
        var bench = With(new UsbFaults { StallAt = 2 });

        Assert.Equal("NRST1187", Assert.Throws<ProbeException>(() => bench.Ask(2, 0xF5)).Code);
        bench.Probe.ClearHalt(toHost: true);

        Assert.Equal(s_version, bench.Ask(6, 0xF1));
    }

    [Fact]
    public void A_lost_answer_costs_the_host_its_patience_and_the_next_one_is_its_own()
    {
        var bench = With(new UsbFaults { AnswerLostAt = 2 });

        Assert.Equal(s_version, bench.Ask(6, 0xF1));
        Assert.True(Assert.Throws<ProbeException>(() => bench.Ask(2, 0xF5)).TimedOut);
        Assert.Equal(s_version, bench.Ask(6, 0xF1));
    }

    [Fact]
    public void A_short_answer_is_half_of_itself_and_its_last_packet_is_a_short_one()
    {
        var bench = With(new UsbFaults { AnswerShortAt = 1 });
        Assert.Equal(s_version[..3], bench.Ask(6, 0xF1));

        bench = With(new UsbFaults { AnswerShortAt = 2 });
        bench.Enter();
        Assert.Equal(127, bench.Read(0x07, FakeChip.RamAt, 256).Length);
    }

    [Fact]
    public void A_late_answer_is_taken_for_that_of_the_next_command()
    {
        var bench = With(new UsbFaults { AnswerLateAt = 1 });

        Assert.True(Assert.Throws<ProbeException>(() => bench.Ask(6, 0xF1)).TimedOut);
        Assert.Equal(s_version, bench.Ask(64, 0xF5));
        Assert.Equal([1, 0], bench.Ask(64, 0xF1));
    }

    [Fact]
    public void A_packet_too_many_is_taken_for_the_next_answer()
    {
        var bench = With(new UsbFaults { ExtraPacketAt = 1 });

        Assert.Equal(s_version, bench.Ask(64, 0xF1));
        Assert.Equal(s_version, bench.Ask(64, 0xF5));
        Assert.Equal([1, 0], bench.Ask(64, 0xF1));
    }

    [Fact]
    public void A_probe_that_was_plugged_in_again_starts_anew_and_counts_anew()
    {
        var bench = With(new UsbFaults { UnplugAfter = 3 });
        bench.Enter();
        bench.Tell(0xF2, 0x3C, 0);
        Assert.True(bench.Chip.ResetIsLow);
        Assert.Throws<ProbeException>(() => bench.Tell(0xF5));

        bench.Probe.PowerCycle();

        Assert.False(bench.Chip.ResetIsLow);
        Assert.Equal([1, 0], bench.Ask(2, 0xF5));
        bench.Tell(0xF5);
        Assert.Equal("NRST1182", Assert.Throws<ProbeException>(() => bench.Probe.Receive(new byte[2])).Code);
    }

    private static ProbeBench With(UsbFaults faults) => new(faults: new WireFaults { Usb = faults });
}
