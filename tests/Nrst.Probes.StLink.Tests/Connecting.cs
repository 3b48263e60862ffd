namespace Nrst.Probes.StLink.Tests;

public sealed class Connecting
{
    private readonly TestClock _clock = new();

    [Fact]
    public void Takes_few_exchanges()
    {
        var recording = Recording.Of("""
            > F1
            < 29 47 83 04 48 37
            > F5
            < 01 00
            > F2 3C 01
            < 80 00
            > F2 43 00 00
            < 80 00
            > F2 30 A3
            < 80 00
            > F2 4B 00
            < 80 00
            > F2 21
            """);
        var probe = StLinkProbe.Open(recording, _clock, 0x0483, 0x3748, "57FF72067265575742132067");
        Assert.Equal(new ProbeIdentity("ST-LINK/V2", "57FF72067265575742132067", "V2J37S7", 0x0483, 0x3748), probe.Identity);
        probe.Attach();
        Assert.Equal(6, probe.Exchanges);
        probe.Dispose();

        Assert.True(recording.IsOver);
        Assert.True(recording.IsDisposed);
    }

    [Theory]
    [InlineData(StLinkMode.Dfu, "F3 07")]
    [InlineData(StLinkMode.Debug, "F2 21")]
    [InlineData(StLinkMode.Swim, "F4 01")]
    [InlineData(StLinkMode.MassStorage, null)]
    [InlineData(StLinkMode.Bootloader, null)]
    public void Leaves_the_mode_it_finds_the_probe_in(object mode, string? exit)
    {
        var tiny = new TinyProbe { Mode = (StLinkMode)mode };

        StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S").Attach();

        string[] expected = exit is null ? ["F1", "F5", "F2 3C"] : ["F1", "F5", exit, "F2 3C"];
        Assert.Equal(expected, tiny.Log[..expected.Length]);
    }

    [Fact]
    public void Under_reset_pulls_the_pin_first_and_leaves_it_low_until_disposed()
    {
        var recording = Recording.Of("""
            > F1
            < 29 47 83 04 48 37
            > F5
            < 02 00
            > F2 21
            > F2 43 03 00
            < 80 00
            > F2 3C 00
            < 80 00
            > F2 30 A3
            < 80 00
            > F2 3C 00
            < 80 00
            > F2 4B 00
            < 80 00
            > F2 3C 01
            < 80 00
            > F2 21
            """);
        using (var probe = StLinkProbe.Open(recording, _clock, 0x0483, 0x3748, "S"))
        {
            Assert.Equal(950, probe.SetSpeed(1000));
            probe.Attach(underReset: true);
        }

        Assert.True(recording.IsOver);
    }

    [Fact]
    public void Measures_the_supply_only_after_waking_the_probe_up()
    {
        var tiny = new TinyProbe { Mode = StLinkMode.Dfu };
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");

        Assert.Equal(3.27, probe.ReadTargetVolts()!.Value, 2);
        Assert.Equal(["F1", "F5", "F3 07", "F7"], tiny.Log);
    }

    [Fact]
    public void Again_after_a_failure_or_a_success_starts_from_the_beginning()
    {
        var tiny = new TinyProbe { Enter = StLinkStatus.GET_IDCODE_ERROR };
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");
        Assert.Throws<TargetException>(() => probe.Attach());
        (tiny.Enter, tiny.Mode) = (StLinkStatus.OK, StLinkMode.Debug);

        tiny.Log.Clear();
        probe.Attach(underReset: true);
        Assert.Equal(["F5", "F2 21", "F2 3C", "F2 30", "F2 3C", "F2 4B"], tiny.Log);

        tiny.Log.Clear();
        probe.Attach();
        Assert.Equal(["F2 21", "F2 3C", "F2 30", "F2 4B"], tiny.Log);
    }

    [Theory]
    [InlineData(10000, 4000)]
    [InlineData(4000, 4000)]
    [InlineData(3999, 1800)]
    [InlineData(1000, 950)]
    [InlineData(5, 5)]
    [InlineData(1, 5)]
    public void On_a_V2_takes_the_highest_clock_not_above_the_wish(int wish, int actual) =>
        Assert.Equal(actual, StLinkProbe.Open(new TinyProbe(), _clock, 0x0483, 0x3748, "S").SetSpeed(wish));

    [Theory]
    [InlineData(50000, 24000)]
    [InlineData(4000, 3300)]
    [InlineData(3300, 3300)]
    [InlineData(999, 200)]
    [InlineData(1, 5)]
    public void On_a_V3_takes_the_highest_clock_of_its_list(int wish, int actual) =>
        Assert.Equal(actual, StLinkProbe.Open(new TinyProbe(0x3000), _clock, 0x0483, 0x374E, "S").SetSpeed(wish));

    [Fact]
    public void A_V3_is_asked_for_its_list_only_once()
    {
        var tiny = new TinyProbe(0x3000);
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x374E, "S");

        probe.SetSpeed(1000);
        probe.SetSpeed(8000);

        Assert.Equal("V3J13", probe.Identity.Firmware);
        Assert.Equal(["F1", "FB", "F5", "F2 62", "F2 61", "F2 61"], tiny.Log);
    }

    [Fact]
    public void Old_firmware_opens_no_access_port()
    {
        var tiny = new TinyProbe(0x2000 | 24 << 6);
        StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S").Attach();

        Assert.DoesNotContain("F2 4B", tiny.Log);
    }

    [Theory]
    [InlineData(0x2000 | 17 << 6, 0x3748, "NRST1303")]
    [InlineData(0x1000 | 13 << 6, 0x3744, "NRST1301")]
    [InlineData(0x2000 | 28 << 6 | 7, 0x374B, "NRST1301")]
    public void Probes_that_cannot_are_refused_with_a_reason(int version, int product, string code)
    {
        var tiny = new TinyProbe((ushort)version);

        var error = Assert.Throws<ProbeException>(() => StLinkProbe.Open(tiny, _clock, 0x0483, (ushort)product, "S"));

        Assert.Equal(code, error.Code);
        Assert.NotEmpty(error.Remedies);
        Assert.True(tiny.IsDisposed);
    }

    [Fact]
    public void A_V3_that_locks_up_is_refused() =>
        Assert.Equal("NRST1303", Assert.Throws<ProbeException>(
            () => StLinkProbe.Open(new TinyProbe(0x3000, v3Jtag: 2), _clock, 0x0483, 0x374E, "S")).Code);

    [Theory]
    [InlineData(StLinkStatus.GET_IDCODE_ERROR, 2029, "target supply 3.27 V", "not connected")]
    [InlineData(StLinkStatus.NO_DEVICE_CONNECTED, 12, "target supply 0.02 V", "no supply voltage")]
    [InlineData(StLinkStatus.GET_IDCODE_ERROR, 700, "target supply 1.13 V", "too low")]
    [InlineData(StLinkStatus.SWD_DP_ERROR, 2029, "target supply 3.27 V", "not connected")]
    public void No_answer_is_explained_by_what_was_measured(object status, int half, string evidence, string cause)
    {
        var tiny = new TinyProbe { Enter = (StLinkStatus)status, Voltage = (1489, (uint)half) };
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");

        var error = Assert.Throws<TargetException>(() => probe.Attach());

        Assert.Equal("NRST3001", error.Code);
        Assert.Contains(evidence, error.Evidence);
        Assert.Contains(error.Evidence, e => e.Contains($"0x{(byte)(StLinkStatus)status:X2}", StringComparison.Ordinal));
        Assert.Contains(cause, error.LikelyCause, StringComparison.Ordinal);
        Assert.Equal(half > 1000, error.Remedies.Any(r => r.Command == "nrst info --connect under-reset")); // no use without power
    }

    [Fact]
    public void A_probe_that_cannot_measure_says_so()
    {
        var tiny = new TinyProbe { Enter = StLinkStatus.GET_IDCODE_ERROR, Voltage = (0, 0) };
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");

        Assert.Null(probe.ReadTargetVolts());
        Assert.Contains("the target's supply cannot be measured", Assert.Throws<TargetException>(() => probe.Attach()).Evidence);
    }

    [Fact]
    public void Access_ports_are_opened_once_each()
    {
        var tiny = new TinyProbe();
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");
        probe.Attach();
        tiny.Log.Clear();
        var reads = new uint[3];

        probe.Dap!.Run(
            [
                DapTransfer.Read(new DapRegister(null, 0x00)), DapTransfer.Read(new DapRegister(0, 0xFC)),
                DapTransfer.Read(new DapRegister(1, 0xFC)), DapTransfer.Write(new DapRegister(1, 0x04), 0),
            ], reads);

        Assert.Equal(["F2 45", "F2 45", "F2 4B", "F2 45", "F2 46"], tiny.Log);
    }

    [Fact]
    public void Disposing_never_throws()
    {
        var tiny = new TinyProbe();
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");
        probe.Attach(underReset: true);
        tiny.Unplugged = true;

        probe.Dispose();
        probe.Dispose();

        Assert.True(tiny.IsDisposed);
    }
}
