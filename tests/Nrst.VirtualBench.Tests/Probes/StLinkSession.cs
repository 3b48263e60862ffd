using System.Buffers.Binary;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Tests.Probes;

public sealed class StLinkSession
{
    [Theory]
    [InlineData("v2", "V2J37S7", "29 47 83 04 48 37")]
    [InlineData("v2-1", "V2J45M31", "2B 5F 83 04 4B 37")]
    [InlineData("v3", "V3J13M4B5S1", "30 00 83 04 4E 37")]
    public void Each_kind_says_who_it_is(string kind, string firmware, string expected)
    {
        var bench = new ProbeBench(kind, firmware);

        Assert.Equal(Convert.FromHexString(expected.Replace(" ", "", StringComparison.Ordinal)), bench.Ask(6, 0xF1));
    }

    [Fact]
    public void A_V3_tells_the_rest_of_its_version_in_a_longer_answer()
    {
        var bench = new ProbeBench("v3", "V3J13M4B5S1");

        Assert.Equal(Convert.FromHexString("03010D040500000083044E37"), bench.Ask(12, 0xFB));
        Assert.Equal([0x42, 0x00], new ProbeBench("v2").Ask(12, 0xFB));
    }

    [Fact]
    public void A_V2_fresh_from_the_plug_is_in_DFU_mode_until_told_otherwise()
    {
        var bench = new ProbeBench("v2");

        Assert.Equal(0, bench.Ask(2, 0xF5)[0]);
        bench.Tell(0xF3, 0x07);
        Assert.Equal(1, bench.Ask(2, 0xF5)[0]);
    }

    [Fact]
    public void The_mode_outlives_the_host()
    {
        var bench = new ProbeBench();
        bench.Enter();

        bench.Probe.Dispose();

        Assert.Equal(2, bench.Ask(2, 0xF5)[0]);
        bench.Tell(0xF2, 0x21);
        Assert.Equal(1, bench.Ask(2, 0xF5)[0]);
    }

    [Fact]
    public void Entering_finds_the_debug_port()
    {
        var bench = new ProbeBench();

        Assert.Equal([0x80, 0], bench.Enter());
        Assert.Equal(Convert.FromHexString("800000007714A02B00000000"), bench.Ask(12, 0xF2, 0x31));
    }

    [Fact]
    public void Entering_fails_where_nobody_answers()
    {
        var unpowered = new ProbeBench();
        unpowered.Chip.Powered = false;
        Assert.Equal([0x09, 0], unpowered.Enter());
        Assert.Equal(1, unpowered.Ask(2, 0xF5)[0]);

        Assert.Equal([0x09, 0], new ProbeBench(faults: new WireFaults { SwdDisconnected = true }).Enter());
        Assert.Equal([0x09, 0], new ProbeBench(faults: new WireFaults { NoTargetPower = true }).Enter());
    }

    [Fact]
    public void A_chip_that_loses_its_power_loses_the_debug_session()
    {
        var bench = new ProbeBench();
        bench.Enter();

        bench.Chip.Powered = false;
        bench.Read(0x07, FakeChip.RamAt, 4);
        Assert.Equal(0x12, bench.LastStatus().Status);

        bench.Chip.Powered = true;
        bench.Read(0x07, FakeChip.RamAt, 4);
        Assert.Equal(0x12, bench.LastStatus().Status);

        Assert.Equal(0x80, bench.Enter()[0]);
        bench.Read(0x07, FakeChip.RamAt, 4);
        Assert.Equal(0x80, bench.LastStatus().Status);
    }

    [Theory]
    [InlineData(3.3, 3.27, 3.33)]
    [InlineData(1.8, 1.78, 1.82)]
    [InlineData(0, 0, 0)]
    public void The_supply_is_measured_against_a_reference(double volts, double atLeast, double atMost)
    {
        var bench = new ProbeBench();
        bench.Chip.SupplyVolts = volts;

        var answer = bench.Ask(8, 0xF7);

        var reference = BinaryPrimitives.ReadUInt32LittleEndian(answer);
        var half = BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4));
        Assert.Equal(1489u, reference);
        Assert.InRange(2 * half * 1.2 / reference, atLeast, atMost);
    }

    [Fact]
    public void NRST_moves_in_any_mode()
    {
        var bench = new ProbeBench("v2");

        Assert.Equal([0x80, 0], bench.Ask(2, 0xF2, 0x3C, 0));
        Assert.True(bench.Chip.ResetIsLow);
        Assert.Equal([0x80, 0], bench.Ask(2, 0xF2, 0x3C, 1));
        Assert.False(bench.Chip.ResetIsLow);
    }

    [Theory]
    [InlineData("V2J17S4", 0x43, false)]
    [InlineData("V2J24S4", 0x43, true)]
    [InlineData("V2J17S4", 0x45, false)]
    [InlineData("V2J24S4", 0x45, true)]
    [InlineData("V2J24S4", 0x4B, false)]
    [InlineData("V2J28S7", 0x4B, true)]
    [InlineData("V2J28S7", 0x56, false)]
    [InlineData("V2J37S7", 0x56, true)]
    public void What_a_firmware_does_not_have_it_does_not_know(string firmware, byte command, bool known)
    {
        var bench = new ProbeBench("v2", firmware);
        bench.Tell(0xF3, 0x07);
        bench.Enter();

        var answer = bench.Ask(128, 0xF2, command);

        Assert.Equal(known, !answer.SequenceEqual(new byte[] { 0x42, 0 }));
    }

    [Fact]
    public void J28_always_complains_when_an_access_port_is_closed()
    {
        Assert.Equal(0x1D, Close("V2J28S7"));
        Assert.Equal(0x80, Close("V2J37S7"));

        static byte Close(string firmware)
        {
            var bench = new ProbeBench("v2-1", firmware.Replace('S', 'M'));
            bench.Enter();
            Assert.Equal(0x80, bench.Ask(2, 0xF2, 0x4B, 0)[0]);
            return bench.Ask(2, 0xF2, 0x4C, 0)[0];
        }
    }

    [Fact]
    public void There_is_one_access_port()
    {
        var bench = new ProbeBench();
        bench.Enter();

        Assert.Equal(0x1D, bench.Ask(2, 0xF2, 0x4B, 1)[0]);
        Assert.Equal((0x80, 0u), bench.ReadDap(1, 0xFC));
        Assert.Equal((0x80, 0x2477_0011u), bench.ReadDap(0, 0xFC));
    }

    [Fact]
    public void An_answer_nobody_asked_for_never_comes()
    {
        var bench = new ProbeBench();

        var silence = Assert.Throws<ProbeException>(() => bench.Probe.Receive(new byte[64]));

        Assert.True(silence is { LostSync: true, TimedOut: true });
        Assert.Equal(TimeSpan.FromSeconds(1), bench.Clock.Now);
    }

    [Fact]
    public void A_host_that_forgets_an_answer_is_out_of_step()
    {
        var bench = new ProbeBench();
        bench.Tell(0xF5);

        Assert.Equal([1, 0], bench.Ask(6, 0xF1));
    }

    [Fact]
    public void A_loose_cable_ends_everything()
    {
        var bench = new ProbeBench(faults: new WireFaults { Usb = new UsbFaults { UnplugAfter = 2 } });

        bench.Ask(2, 0xF5);

        Assert.True(Assert.Throws<ProbeException>(() => bench.Tell(0xF5)).LostSync);
    }

    [Fact]
    public void A_V3_takes_the_next_lower_clock_and_says_so()
    {
        var bench = new ProbeBench("v3");

        var answer = bench.Ask(8, 0xF2, 0x61, 0, 0, 0xD0, 0x07, 0, 0);

        Assert.Equal(0x80, answer[0]);
        Assert.Equal(1000u, BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
        var list = bench.Ask(52, 0xF2, 0x62, 0);
        Assert.Equal(1000u, BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(4)));
        Assert.Equal(7u, BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(8)));
        Assert.Equal(24000u, BinaryPrimitives.ReadUInt32LittleEndian(list.AsSpan(12)));
    }
}
