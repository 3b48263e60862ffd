namespace Nrst.Specs.Connecting;

/// <summary>Which ways to the chip are tried, in which order, and what they leave behind. The illnesses are made up in the probe.</summary>
public sealed class The_connect_ladder : IDisposable
{
    private const uint IdCode = 0xE004_2000;

    private readonly SickBoard _board = new();

    public void Dispose() => _board.Dispose();

    [Fact]
    public void A_running_board_that_can_be_attached_to_is_not_reset()
    {
        using var target = _board.Connect();

        Assert.Equal([("attach", RungOutcome.Connected)], Tried(target));
        Assert.False(_board.Probe.WasReset);
        Assert.Empty(target.Repairs);
        Assert.All(_board.Probe.Written, at => Assert.Equal(new Address(0xE000_EDF0), at)); // DHCSR, to switch debugging on
    }

    [Fact]
    public void A_chip_that_says_who_it_is_only_after_a_reset_is_reset_by_the_debug_port()
    {
        using var target = _board.Connect(probe => probe.Reads = (seen, at, value) => at.Value == IdCode && !seen.WasReset ? 0 : value);

        Assert.Equal([("attach", RungOutcome.Failed), ("normal", RungOutcome.Connected)], Tried(target));
        Assert.Equal((1, 0, 0), (_board.Probe.SystemResets, _board.Probe.CoreResets, _board.Probe.Pulses));
        Assert.Contains(target.Repairs, repair => repair.Name == "normal");
    }

    [Fact]
    public void Where_nothing_resets_the_chip_its_core_is_reset_alone()
    {
        using var target = _board.Connect(probe =>
        {
            (probe.NoSystemReset, probe.ResetLineDead) = (true, true);
            probe.Reads = (seen, at, value) => at.Value == IdCode && seen.CoreResets == 0 ? 0 : value;
        });

        Assert.Equal([("attach", RungOutcome.Failed), ("normal", RungOutcome.Failed), ("core-reset", RungOutcome.Connected)], Tried(target));
        Assert.Contains("NRST3101", target.Rungs[1].Observed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_that_hides_is_caught_under_reset_and_nothing_is_tried_that_cannot_help()
    {
        using var target = _board.Connect(probe => probe.Answers = seen => seen.Pulses > 0);

        Assert.Equal(
            [
                ("attach", RungOutcome.Failed), ("normal", RungOutcome.Skipped), ("core-reset", RungOutcome.Skipped), ("under-reset-slow", RungOutcome.Connected),
            ], Tried(target));
        Assert.Equal(4000, target.Kilohertz); // once the core is caught the wires carry what they always did
        Assert.Contains(target.Repairs, repair => repair.Name == "under-reset-slow");
    }

    [Fact]
    public void Where_pulling_NRST_does_nothing_it_is_pulled_no_more()
    {
        var error = Assert.ThrowsAny<TargetException>(() => _board.Connect(probe =>
        {
            (probe.NoSystemReset, probe.ResetLineDead) = (true, true);
            probe.Reads = (_, at, value) => at.Value == IdCode ? 0 : value;
        }));

        Assert.Contains(error.Evidence, seen => seen.StartsWith("under-reset-slow: NRST3101", StringComparison.Ordinal));
        Assert.Contains("under-reset: left out, pulling NRST does not reset the chip", error.Evidence);
        Assert.Contains("pulse: left out, pulling NRST does not reset the chip", error.Evidence);
    }

    [Fact]
    public void Where_something_holds_the_chip_in_reset_no_other_way_is_tried()
    {
        using var board = new SickBoard("STM32F407VG", "v2", "nrst-held-low");

        var error = Assert.ThrowsAny<TargetException>(() => board.Connect());

        Assert.Equal("NRST3102", error.Code);
        Assert.Single(board.Events.OfType<JobEvent.RungTried>(), rung => rung.Outcome == "failed");
    }

    [Fact]
    public void A_chip_that_has_an_identity_nobody_knows_is_an_answer()
    {
        var error = Assert.ThrowsAny<TargetException>(() => _board.Connect(probe => probe.Reads = (_, at, value) => at.Value == IdCode ? 0x1234_5FED : value));

        Assert.Equal("NRST3321", error.Code);
        Assert.Single(_board.Events.OfType<JobEvent.RungTried>());
        Assert.False(_board.Probe.WasReset);
    }

    [Fact]
    public void Another_flash_size_than_that_of_the_part_that_was_asked_for_is_an_answer()
    {
        Assert.Equal("NRST3301", Assert.ThrowsAny<TargetException>(() => _board.Connect(options: new ConnectOptions(Chip: "STM32F407VE"))).Code);

        Assert.Single(_board.Events.OfType<JobEvent.RungTried>());
    }

    [Fact]
    public void A_slow_clock_that_does_not_do_it_is_followed_by_a_fast_one()
    {
        using var target = _board.Connect(probe => probe.Answers = seen => seen.Pulses > 0 && seen.Kilohertz > 1000);

        Assert.Equal("under-reset", target.Rungs[^1].Name);
        Assert.Equal(RungOutcome.Failed, target.Rungs[^2].Outcome);
    }

    [Fact]
    public void Debug_logic_that_is_dead_in_reset_is_caught_after_a_pulse()
    {
        using var target = _board.Connect(probe => probe.Answers = seen => seen.Pulses > 2 && !seen.ResetAsserted);

        Assert.Equal("pulse", target.Rungs[^1].Name);
        Assert.Equal(RungOutcome.Connected, target.Rungs[^1].Outcome);
        Assert.False(_board.Probe.ResetAsserted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Somebody_who_is_there_is_asked_to_switch_the_board_off_and_on(bool interactive)
    {
        var error = Record.Exception(() =>
        {
            using var target = _board.Connect(probe => probe.Answers = seen => seen.Attempts > 400, new ConnectOptions { Interactive = interactive });
            Assert.Equal("power-cycle", target.Rungs[^1].Name);
        });

        Assert.Equal(interactive, error is null);
        Assert.Equal(interactive, _board.Events.OfType<JobEvent.Noticed>().Any(notice => notice.Text.Contains("off and on", StringComparison.Ordinal)));
        if (error is not null)
        {
            var failure = Assert.IsType<TargetException>(error);
            Assert.Equal("NRST3001", failure.Code); // what attaching met
            Assert.Contains(failure.Evidence, seen => seen.StartsWith("power-cycle: left out, nobody", StringComparison.Ordinal));
            Assert.Contains(failure.Evidence, seen => seen.StartsWith("under-reset: NRST3001", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_first_core_that_is_switched_off_is_passed_by_for_the_second()
    {
        using var board = new SickBoard("STM32H745ZI", "v3");
        using var target = board.Connect(probe => probe.Reads = (seen, at, value) => seen.AccessPort != 3 && at.Value == 0xE000_ED00 ? 0 : value);

        Assert.Equal("access-ports", target.Rungs[^1].Name);
        Assert.Equal(0x450, target.Chip.Device.DeviceId);
        Assert.Equal("Cortex-M4", target.Core.Identity.Name);
    }

    [Theory]
    [InlineData(IdCode, 0u)]
    [InlineData(IdCode, 0xFFFF_FFFFu)]
    [InlineData(0x1FFF_7A20u, 0u)] // the flash size is in its upper half
    [InlineData(0x1FFF_7A20u, 0xFFFF_FFFFu)]
    public void A_chip_that_says_half_of_who_it_is_is_never_taken_as_connected(uint address, uint reads)
    {
        var error = Assert.ThrowsAny<TargetException>(() => _board.Connect(probe => probe.Reads = (_, at, value) => at.Value == address ? reads : value));

        Assert.Equal(address == IdCode ? "NRST3321" : "NRST3302", error.Code);
        Assert.DoesNotContain(_board.Events, happened => happened is JobEvent.RungTried { Outcome: "connected" });
        Assert.Equal(8, _board.Events.OfType<JobEvent.RungTried>().Count()); // each way was tried or left out for a reason
        Assert.DoesNotContain(_board.Probe.Written, at => at.Value is < 0xE000_0000); // and nobody wrote flash, RAM or peripherals
    }

    [Fact]
    public void Another_chip_than_was_asked_for_is_an_answer_and_not_a_reason_to_go_on()
    {
        var error = Assert.ThrowsAny<TargetException>(() => _board.Connect(options: new ConnectOptions(Chip: "STM32G071RB")));

        Assert.Equal("NRST3322", error.Code);
        Assert.Single(_board.Events.OfType<JobEvent.RungTried>());
        Assert.False(_board.Probe.WasReset);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(7)]
    public void It_is_over_when_the_time_is(int seconds)
    {
        var start = _board.Board.Clock.Now;

        var error = Assert.Throws<TargetException>(() => _board.Connect(
            probe => probe.Stalls = TimeSpan.FromSeconds(5), new ConnectOptions { Limit = TimeSpan.FromSeconds(seconds), Interactive = true }));

        Assert.InRange((_board.Board.Clock.Now - start).TotalSeconds, seconds, seconds + 5.5); // one access may have begun before
        Assert.Contains(error.Evidence, seen => seen == $"access-ports: left out, the {seconds} s for connecting are over");
    }

    [Theory]
    [InlineData(ConnectMode.HotPlug, "attach")]
    [InlineData(ConnectMode.Normal, "normal")]
    [InlineData(ConnectMode.CoreReset, "core-reset")]
    [InlineData(ConnectMode.UnderReset, "under-reset")]
    [InlineData(ConnectMode.Pulse, "pulse")]
    [InlineData(ConnectMode.PowerCycle, "power-cycle")]
    public void A_way_that_is_named_is_the_only_one_and_changes_neither_flash_nor_options_nor_RAM(ConnectMode mode, string name)
    {
        Fill();
        var before = Memories();

        using (var target = _board.Connect(options: new ConnectOptions(mode)))
        {
            Assert.Equal([(name, RungOutcome.Connected)], Tried(target));
            Assert.DoesNotContain(target.Repairs, repair => repair.Name != "kept-awake");
        }

        Assert.Equal(before, Memories());
        Assert.Equal(0u, _board.Peek(0xE000_EDF0) & (1 << 17 | 1)); // the core runs, and nobody debugs it
    }

    [Fact]
    public void Ways_that_fail_change_nothing_either_and_leave_the_core_running()
    {
        Fill();
        var before = Memories();

        Assert.ThrowsAny<TargetException>(() => _board.Connect(probe => probe.Reads = (_, at, value) => at.Value == IdCode ? 0 : value));

        Assert.Equal(before, Memories());
        Assert.Equal(0u, _board.Peek(0xE000_EDF0) & 1 << 17); // S_HALT
    }

    private void Fill() => _board.Over(memory =>
    {
        memory.Write(new Address(0x2000_0000), FlashingBench.Bytes(4096));
        return 0;
    });

    private List<string> Memories() =>
        [Convert.ToHexString(_board.Dump(0x2000_0000, 4096)), Convert.ToHexString(_board.Dump(0x0800_0000, 32 * 1024)), $"{_board.Peek(0x4002_3C14):X8}"];

    private static IEnumerable<(string, RungOutcome)> Tried(Target target) => target.Rungs.Select(rung => (rung.Name, rung.Outcome));
}
