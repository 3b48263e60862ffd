using Nrst.Flash;
using Nrst.Repairs;

namespace Nrst.Specs.Connecting;

/// <summary>Each repair is made, told by its name, and put back where it can be.</summary>
public sealed class What_is_repaired_unasked : IDisposable
{
    private const uint Ahb1Rstr = 0x4002_3810;
    private const uint DbgmcuApb1Fz = 0xE004_2008;

    private readonly SickBoard _board = new();

    public void Dispose() => _board.Dispose();

    [Theory]
    [InlineData(2000, 1800)]
    [InlineData(500, 480)]
    public void A_clock_the_wires_do_not_carry_gives_way_to_the_highest_that_is_clean(int noisyAbove, int kilohertz)
    {
        using var target = _board.Connect(probe => probe.NoisyAbove = noisyAbove);

        Assert.Equal(kilohertz, target.Kilohertz);
        Assert.Equal("attach", target.Rungs[^1].Name);
        var told = Assert.Single(target.Repairs);
        Assert.Equal("slower-clock", told.Name);
        Assert.Contains("4000 kHz: ", told.Text, StringComparison.Ordinal);
        Assert.Contains($"{kilohertz} kHz: 0 of 500", told.Text, StringComparison.Ordinal);
        Assert.False(_board.Probe.WasReset);
    }

    [Fact]
    public void Wires_that_carry_no_clock_are_an_error_with_what_was_counted()
    {
        var error = Assert.ThrowsAny<TargetException>(() => _board.Connect(probe => probe.NoisyAbove = 0));

        Assert.Contains(error.Evidence, seen => seen.Contains("4000 kHz: 71 of 500 transfers wrong; 1800 kHz: ", StringComparison.Ordinal));
        Assert.DoesNotContain(_board.Events, happened => happened is JobEvent.Repaired);
    }

    [Fact]
    public void Wires_that_become_noisy_in_the_middle_of_a_job_slow_it_down_and_do_not_stop_it()
    {
        var image = FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(20_000)));
        using var target = _board.Connect();
        var programmer = new Programmer(target, happened =>
        {
            if (happened is JobEvent.PhaseStarted { Phase: Phase.Program })
            {
                _board.Probe.NoisyAbove = 1000;
            }
        });

        var outcome = programmer.Flash(image, new FlashOptions(), ResetAfter.Halt, default);

        Assert.Equal(20_000, outcome.Report.Proof.BytesCompared);
        Assert.Equal(950, target.Kilohertz);
        Assert.Equal("slower-clock", Assert.Single(target.Repairs).Name);
    }

    [Fact]
    public void A_noisy_board_of_the_bench_is_flashed_at_the_clock_it_carries()
    {
        using var board = new SickBoard("STM32F407VG", "v2-1", "swd-noisy-above:1000");
        using var target = board.Connect();

        new Programmer(target).Flash(FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(20_000))), new FlashOptions(), ResetAfter.Halt, default);

        Assert.Equal(950, target.Kilohertz);
        Assert.Equal("slower-clock", Assert.Single(target.Repairs).Name);
    }

    [Fact]
    public void Where_nothing_resets_the_chip_what_could_write_into_RAM_is_quieted_and_the_loader_is_timed_by_the_real_clock()
    {
        _board.Poke(0x4002_3830, 0x0060_0000); // the program clocks both DMAs
        var outcome = FlashWithoutReset(probe => Halve(probe.Memory), out var repairs);

        Assert.Equal(["core-reset", "quieted"], repairs.Where(name => name != "watchdog-frozen"));
        Assert.True(outcome.Report.UsedLoader);
        Assert.Contains(new Address(Ahb1Rstr), _board.Probe.Written);
        Assert.Contains("DMA1, DMA2", _board.Events.Concat(_heard).OfType<JobEvent.Repaired>().First(repair => repair.Name == "quieted").Text, StringComparison.Ordinal);
        Assert.Equal(0u, _board.Peek(Ahb1Rstr) & 0x0060_0000); // no reset stays
        Assert.InRange(outcome.Report.Seconds.Erase, 0.9 * 0.25, 1.3 * 0.25); // one sector of 16 KiB at x32; at half the clock it would read as half
        Assert.Equal(0x80u, _board.Peek(0x4002_3808) & 0xF0); // the clock was not touched: HPRE still halves it
    }

    [Fact]
    public void The_watchdog_is_frozen_while_nothing_resets_it_and_put_back()
    {
        FlashWithoutReset(_ => { }, out var repairs);

        Assert.Contains("watchdog-frozen", repairs);
        Assert.Contains(new Address(DbgmcuApb1Fz), _board.Probe.Written);
        Assert.Equal(0u, _board.Peek(DbgmcuApb1Fz));
    }

    [Fact]
    public void A_watchdog_that_starts_with_the_chip_is_frozen_where_no_loader_feeds_it()
    {
        _board.Over(memory =>
        {
            memory.Write32(new Address(0x4002_3C08), 0x0819_2A3B);
            memory.Write32(new Address(0x4002_3C08), 0x4C5D_6E7F);
            var options = memory.Read32(new Address(0x4002_3C14)) & ~(1u << 5 | 3u); // WDG_SW = 0
            memory.Write32(new Address(0x4002_3C14), options);
            memory.Write32(new Address(0x4002_3C14), options | 2);
            _board.Board.Clock.Wait(TimeSpan.FromSeconds(3));
            memory.Write32(new Address(0x4002_3C14), options | 1);
            return 0;
        });
        using (var target = _board.Connect())
        {
            // An erase of 128 KiB takes a second; the watchdog bites after half of one.
            new Programmer(target, _heard.Add) { WithoutLoader = true }.Erase(new AddressRange(new Address(0x0802_0000), 4), default);
            Assert.Equal(["watchdog-frozen"], target.Repairs.Select(repair => repair.Name));
        }

        Assert.Equal(0u, _board.Peek(DbgmcuApb1Fz));
    }

    [Fact]
    public void A_program_that_hides_as_soon_as_it_runs_is_flashed_and_said_to_be_out_of_reach()
    {
        var image = FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(3000)));
        using var target = _board.Connect(probe => probe.ProgramHides = true);

        var outcome = new Programmer(target).Flash(image, new FlashOptions(), ResetAfter.Run, default);

        Assert.Equal("under-reset-slow", target.Rungs[^1].Name);
        Assert.Equal(3000, outcome.Report.Proof.BytesCompared);
        Assert.Equal(FirmwareState.Unreachable, outcome.Observed!.State);
        Assert.DoesNotContain(target.Repairs, repair => repair.Name is "core-reset" or "pin-reset"); // the reset was seen: the core was caught first
    }

    [Fact]
    public void A_core_without_a_reset_of_its_own_is_started_by_hand()
    {
        using var board = new SickBoard("STM32G071RB");
        var program = new byte[64]; // SP, reset vector, and a loop at 0x0800_0010 that is longer than one look: 14 times add r0, #1; b to the first
        BitConverter.TryWriteBytes(program, 0x2000_1000u);
        BitConverter.TryWriteBytes(program.AsSpan(4), 0x0800_0011u);
        for (var at = 16; at < 44; at += 2)
        {
            BitConverter.TryWriteBytes(program.AsSpan(at), (ushort)0x3001);
        }

        BitConverter.TryWriteBytes(program.AsSpan(44), (ushort)0xE7F0);
        board.Poke(0xE000_ED08, 0x2000_0000); // the last program had its vectors in RAM,
        board.Poke(0xE000_E100, 1); // and an interrupt enabled
        board.Poke(0xE000_E200, 1); // that is waiting
        using (var target = board.Connect(NothingResets))
        {
            var outcome = new Programmer(target).Flash(FlashingBench.Image((0x0800_0000, program)), new FlashOptions(), ResetAfter.Run, default);

            Assert.Equal(FirmwareState.Running, outcome.Observed!.State);
            Assert.Contains(target.Repairs, repair => repair.Name == "core-reset");
            Assert.True(outcome.Report.UsedLoader);
            Assert.Equal(0, board.Probe.CoreResets); // an ARMv6-M has none
        }

        Assert.Equal(0x0800_0000u, board.Peek(0xE000_ED08));
    }

    [Fact]
    public void A_chip_that_is_lost_in_its_reset_is_caught_by_the_pin()
    {
        var image = FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(3000)));
        using var target = _board.Connect(probe => probe.Answers = seen => seen.SystemResets == 0 || seen.Pulses > 0);

        var outcome = new Programmer(target).Flash(image, new FlashOptions(), ResetAfter.Halt, default);

        Assert.Equal(3000, outcome.Report.Proof.BytesCompared);
        Assert.Equal("under-reset", Assert.Single(target.Repairs).Name);
        Assert.Equal(1, _board.Probe.SystemResets); // what lost it once is not asked for again
    }

    [Fact]
    public void A_chip_that_stays_lost_is_an_error_that_says_what_lost_it()
    {
        using var target = _board.Connect(probe => probe.Answers = seen => seen.SystemResets == 0);

        var error = Assert.ThrowsAny<TargetException>(() => new Programmer(target).Erase(new AddressRange(new Address(0x0800_0000), 4), default));

        Assert.Equal(("NRST3101", "NRST3002"), (error.Code, ((NrstException)error.InnerException!).Code));
        Assert.Empty(target.Repairs);
    }

    [Fact]
    public void A_core_that_is_started_by_hand_has_forgotten_its_interrupts()
    {
        using var board = new SickBoard("STM32G071RB");
        using var target = board.Connect();
        target.Core.Halt();
        target.Memory.Write32(new Address(0x2000_0000), 0x2000_1000);
        target.Memory.Write32(new Address(0x2000_0004), 0x2000_0011);
        target.Memory.Write32(new Address(0xE000_E010), 3); // SysTick with its interrupt
        target.Memory.Write32(new Address(0xE000_E100), 1);
        target.Memory.Write32(new Address(0xE000_E200), 1);

        target.Core.Restart(new Address(0x2000_0000), halt: true);

        Assert.Equal(0x2000_0010u, target.Core.ReadRegister(Arm.CoreRegister.PC));
        Assert.Equal(0x2000_1000u, target.Core.ReadRegister(Arm.CoreRegister.SP));
        Assert.Equal(0x2000_0000u, target.Memory.Read32(new Address(0xE000_ED08)));
        Assert.Equal([0u, 0u, 0u], new uint[] { 0xE000_E010, 0xE000_E100, 0xE000_E200 }.Select(at => target.Memory.Read32(new Address(at)) & 3));
    }

    [Fact]
    public void A_pin_that_resets_what_the_debug_port_cannot_is_used()
    {
        using var target = _board.Connect(probe => probe.NoSystemReset = true);

        new Programmer(target).Erase(new AddressRange(new Address(0x0800_0000), 4), default);

        Assert.Equal("pin-reset", target.Repairs[0].Name);
        Assert.Equal(0, _board.Probe.CoreResets);
    }

    [Fact]
    public void A_program_that_hides_keeps_the_debug_port_alive_as_long_as_nrst_is_there()
    {
        uint during;
        using (var target = _board.Connect(probe => probe.Answers = seen => seen.Pulses > 0))
        {
            during = target.Memory.Read32(new Address(0xE004_2004));
            Assert.Contains(target.Repairs, repair => repair.Name == "kept-awake");
        }

        Assert.Equal(7u, during & 7);
        Assert.Equal(0u, _board.Peek(0xE004_2004));
    }

    [Fact]
    public void A_sleeping_chip_is_kept_awake_for_as_long_as_nrst_is_there()
    {
        _board.Over(memory =>
        {
            memory.Write32(new Address(0x2000_0000), 0xE7FD_BF30); // at 0x2000_0000: wfi; b to it
            return 0;
        });
        using (var probe = Boards.Probe(_board.Board))
        {
            probe.Attach();
            var core = new Arm.CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock);
            core.Attach();
            core.Halt();
            core.Launch([(Arm.CoreRegister.PC, 0x2000_0000)], maskInterrupts: false);
            core.LeaveHalted = false;
            core.Detach();
        }

        using (var target = _board.Connect())
        {
            Assert.Equal(["attach"], target.Rungs.Select(rung => rung.Name));
            Assert.Equal(["kept-awake"], target.Repairs.Select(repair => repair.Name));
            Assert.Equal(7u, target.Memory.Read32(new Address(0xE004_2004)) & 7);
        }

        Assert.Equal(0u, _board.Peek(0xE004_2004));
        Assert.False(_board.Probe.WasReset);
    }

    [Fact]
    public void A_second_core_runs_no_loader()
    {
        using var board = new SickBoard("STM32H745ZI", "v3");
        using var target = board.Connect(probe => probe.Reads = (seen, at, value) => seen.AccessPort != 3 && at.Value == 0xE000_ED00 ? 0 : value);

        var outcome = new Programmer(target).Flash(
            FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(1024))), new FlashOptions(), ResetAfter.None, default);

        Assert.False(outcome.Report.UsedLoader);
        Assert.Equal(1024, outcome.Report.Proof.BytesCompared);
    }

    [Fact]
    public void Errors_of_an_earlier_flash_job_are_cleared_and_told()
    {
        _board.Over(memory =>
        {
            memory.Write32(new Address(0x4002_3C04), 0x4567_0123);
            memory.Write32(new Address(0x4002_3C04), 0xCDEF_89AB);
            memory.Write32(new Address(0x4002_3C10), 0x0000_0101); // PG with PSIZE of 16 bits, and then a word: PGPERR
            Assert.ThrowsAny<Exception>(() =>
            {
                memory.Write32(new Address(0x0800_8000), 0x1234_5678);
                if ((memory.Read32(new Address(0x4002_3C0C)) & 0xF2) != 0)
                {
                    throw new InvalidOperationException("the error is there");
                }
            });
            return 0;
        });
        using var target = _board.Connect();

        new Programmer(target).Erase(new AddressRange(new Address(0x0800_0000), 4), default);

        var told = Assert.Single(target.Repairs);
        Assert.Equal("stale-flash-errors", told.Name);
        Assert.Contains("FLASH_SR = 0x", told.Text, StringComparison.Ordinal);
        Assert.Equal(0u, _board.Peek(0x4002_3C0C) & 0xF2);
    }

    [Fact]
    public void A_suspended_flash_is_let_go_on_and_told()
    {
        using var board = new SickBoard("STM32WB55RG");
        board.Poke(0x5800_4000, board.Peek(0x5800_4000) | 1 << 15); // FLASH_ACR.PES
        using var target = board.Connect();

        new Programmer(target).Erase(new AddressRange(new Address(0x0800_0000), 4), default);

        Assert.Equal("flash-resumed", Assert.Single(target.Repairs).Name);
    }

    [Fact]
    public void A_sector_of_the_image_that_cannot_be_read_is_erased_and_the_job_begins_anew()
    {
        var sector = new AddressRange(new Address(0x0800_0000), 0x4000);
        var erased = new List<AddressRange>();
        using var target = _board.Connect();
        var image = FlashingBench.Image((0x0800_0100, FlashingBench.Bytes(16)));
        var runs = 0;

        var done = new RepairingRun(target, _heard.Add, new DamagedSectors(image, new FlashOptions(), erased.Add)).Run(() =>
            ++runs < 2 ? throw Unreadable(sector) : "done");

        Assert.Equal(("done", 2), (done, runs));
        Assert.Equal([sector], erased);
        Assert.Equal("sector-rewritten", Assert.IsType<JobEvent.Repaired>(Assert.Single(_heard)).Name);
    }

    [Theory]
    [InlineData(true, 0x0800_0000u)] // what else is in it was to be kept
    [InlineData(false, 0x0800_4000u)] // the image does not touch it
    public void A_sector_that_holds_what_was_to_stay_is_not_erased(bool keep, uint damaged)
    {
        using var target = _board.Connect();
        var image = FlashingBench.Image((0x0800_0100, FlashingBench.Bytes(16)));
        var repairing = new RepairingRun(
            target, _heard.Add, new DamagedSectors(image, new FlashOptions { Keep = keep }, _ => Assert.Fail("It was erased.")));

        Assert.Throws<FlashException>(() => repairing.Run<int>(() => throw Unreadable(new AddressRange(new Address(damaged), 0x4000))));
    }

    [Fact]
    public void A_sector_that_stays_unreadable_is_erased_once()
    {
        var erased = new List<AddressRange>();
        using var target = _board.Connect();
        var image = FlashingBench.Image((0x0800_0100, FlashingBench.Bytes(16)));

        Assert.Throws<FlashException>(() => new RepairingRun(target, _heard.Add, new DamagedSectors(image, new FlashOptions(), erased.Add))
            .Run<int>(() => throw Unreadable(new AddressRange(new Address(0x0800_0000), 0x4000))));

        Assert.Single(erased);
    }

    private readonly List<JobEvent> _heard = [];

    private FlashOutcome FlashWithoutReset(Action<SickProbe> before, out List<string> repairs)
    {
        using var target = _board.Connect(NothingResets);
        before(_board.Probe);
        _board.Probe.Written.Clear();
        var outcome = new Programmer(target, _heard.Add).Flash(
            FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(3000))), new FlashOptions { AlwaysErase = true }, ResetAfter.Halt, default);
        repairs = [.. target.Repairs.Select(repair => repair.Name)];
        Assert.Equal(repairs, _heard.OfType<JobEvent.Repaired>().Select(repair => repair.Name));
        return outcome;
    }

    /// <summary>RCC_CFGR.HPRE: AHB at half of 16 MHz, as a program may have left it.</summary>
    private static void Halve(ITargetMemory memory) => memory.Write32(new Address(0x4002_3808), 0x80);

    private static void NothingResets(SickProbe probe) => (probe.NoSystemReset, probe.ResetLineDead) = (true, true);

    private static FlashException Unreadable(AddressRange sector) => new("NRST2012", sector, "The flash cannot be read.");
}
