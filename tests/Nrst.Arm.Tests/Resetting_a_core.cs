namespace Nrst.Arm.Tests;

public sealed class Resetting_a_core
{
    private readonly FakeClock _clock = new();
    private readonly FakeCore _fake;
    private readonly CortexMCore _core;

    public Resetting_a_core()
    {
        _fake = new FakeCore(_clock) { Demcr = 0x0100_0000 };
        _core = new CortexMCore(_fake, _fake, _fake, _clock);
        _core.Attach();
    }

    [Theory]
    [InlineData(ResetKind.System, true)]
    [InlineData(ResetKind.System, false)]
    [InlineData(ResetKind.Core, true)]
    [InlineData(ResetKind.Core, false)]
    [InlineData(ResetKind.Pin, true)]
    [InlineData(ResetKind.Pin, false)]
    public void Happens_once_and_ends_as_asked(ResetKind kind, bool halt)
    {
        _core.Reset(kind, halt);

        Assert.Equal(1, _fake.Resets);
        Assert.Equal(halt, _fake.Halted);
        Assert.Equal(halt ? CoreState.Halted : CoreState.Running, _core.ReadState());
        Assert.Equal(0x0100_0000u, _fake.Demcr);
        Assert.Equal(kind == ResetKind.Pin ? 1 : 0, _fake.PinPulls);
        Assert.Empty(_fake.Forbidden);
        Assert.True(_fake.Exchanges < 14);
    }

    /// <summary>The chip wants 20 µs; a board's capacitor of 100 nF has to be emptied first.</summary>
    [Fact]
    public void By_the_pin_lasts_long_enough_for_the_chip_and_the_capacitor()
    {
        _core.Reset(ResetKind.Pin, halt: false);

        Assert.InRange(_fake.PinLowFor.TotalMilliseconds, 1, 50);
    }

    [Theory]
    [InlineData(ResetKind.System)]
    [InlineData(ResetKind.Pin)]
    public void Lets_a_halted_core_run(ResetKind kind)
    {
        _core.Halt();

        _core.Reset(kind, halt: false);

        Assert.True(_fake.Runs);
    }

    [Fact]
    public void Lets_the_core_run_in_spite_of_somebody_elses_vector_catch()
    {
        _core.Detach();
        _fake.Demcr = 0x0100_0001;
        _core.Attach();
        _core.Reset(ResetKind.System, halt: false);

        Assert.True(_fake.Runs);
        Assert.Equal(0x0100_0001u, _fake.Demcr);
    }

    [Fact]
    public void Drops_the_interrupt_mask_of_a_loader()
    {
        _core.Halt();
        _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: true);

        _core.Reset(ResetKind.System, halt: true);
        _core.Run();

        Assert.False(_fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    [Theory]
    [InlineData(ResetKind.System)]
    [InlineData(ResetKind.Core)]
    public void That_is_ignored_is_an_error(ResetKind kind)
    {
        _fake.IgnoresResetRequest = true;

        var error = Assert.Throws<TargetException>(() => _core.Reset(kind, halt: true));

        Assert.Equal("NRST3101", error.Code);
        Assert.Contains(error.Evidence, e => e.StartsWith("S_RESET_ST stayed 0", StringComparison.Ordinal));
        Assert.InRange(_clock.Now.TotalSeconds, 0.4, 0.8);
    }

    [Fact]
    public void Somebody_elses_does_not_count_as_ours()
    {
        _fake.Assert(); // the button
        _fake.Release();
        _clock.Wait(TimeSpan.FromMilliseconds(1));
        _fake.IgnoresResetRequest = true;

        Assert.Equal("NRST3101", Assert.Throws<TargetException>(() => _core.Reset(ResetKind.System, halt: false)).Code);
    }

    [Fact]
    public void By_a_pin_that_is_not_connected_is_an_error()
    {
        _fake.PinIsNotWired = true;

        var error = Assert.Throws<TargetException>(() => _core.Reset(ResetKind.Pin, halt: false));

        Assert.Equal("NRST3101", error.Code);
        Assert.Contains("NRST is not connected", error.LikelyCause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResetKind.System)]
    [InlineData(ResetKind.Pin)]
    public void That_never_ends_is_an_error(ResetKind kind)
    {
        _fake.SomebodyHoldsNrst = true;

        var error = Assert.Throws<TargetException>(() => _core.Reset(kind, halt: true));

        Assert.Equal("NRST3102", error.Code);
        Assert.Contains(error.Evidence, e => e.Contains("S_RESET_ST", StringComparison.Ordinal));
    }

    [Fact]
    public void That_is_not_caught_is_an_error()
    {
        _fake.IgnoresVectorCatch = true;

        Assert.Equal("NRST3104", Assert.Throws<TargetException>(() => _core.Reset(ResetKind.System, halt: true)).Code);
    }

    [Fact]
    public void May_last_and_answer_nothing_meanwhile()
    {
        _fake.ResetTime = TimeSpan.FromMilliseconds(40);
        _fake.FaultsWhileInReset = true;

        _core.Reset(ResetKind.System, halt: true);

        Assert.True(_fake.Halted);
    }

    /// <summary>Before, looks until it is over, and the vector catch put back: an exchange each for what cannot be together.</summary>
    [Theory]
    [InlineData(true, false, 5)]
    [InlineData(false, false, 4)]
    [InlineData(false, true, 4)]
    public void Takes_few_exchanges(bool halt, bool afterLoader, int most)
    {
        _fake.ResetTime = TimeSpan.Zero;
        if (afterLoader)
        {
            _core.Halt();
            _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: true);
            _fake.MeetBreakpoint();
        }

        var before = _fake.Exchanges;
        _core.Reset(ResetKind.System, halt);

        Assert.InRange(_fake.Exchanges - before, 1, most);
        Assert.Equal(halt, _fake.Halted);
        Assert.False(_fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    /// <summary>S_RESET_ST is gone once it was read, also where the next access fails.</summary>
    [Fact]
    public void Is_not_missed_where_the_chip_falls_silent_after_the_first_look()
    {
        _fake.FaultsAt = (0xE000_EDF0, 2); // the look before, the first after

        _core.Reset(ResetKind.System, halt: false);

        Assert.True(_fake.Runs);
        Assert.Equal(1, _fake.Resets);
    }

    [Fact]
    public void Is_not_asked_for_where_the_chip_does_not_take_the_vector_catch()
    {
        _fake.FaultsAt = (0xE000_EDFC, 0);

        Assert.Equal(new Address(0xE000_EDFC), Assert.Throws<TargetMemoryException>(() => _core.Reset(ResetKind.System, halt: true)).Address);
        Assert.Equal(0, _fake.Resets);
        Assert.Equal(TimeSpan.Zero, _clock.Now);
    }

    [Fact]
    public void May_swallow_the_answer_to_its_own_request()
    {
        _fake.FaultsAt = (0xE000_ED0C, 0);
        _fake.ResetsBeforeFault = true;

        _core.Reset(ResetKind.System, halt: true);

        Assert.Equal((1, true), (_fake.Resets, _fake.Halted));
    }

    [Fact]
    public void Under_reset_continues_from_the_pin_that_is_low()
    {
        _core.Detach();
        _fake.Assert();
        _core.Attach(inReset: true);

        _core.Reset(ResetKind.Pin, halt: true);

        Assert.Equal(1, _fake.Resets);
        Assert.True(_fake.Halted);
    }

    [Theory]
    [InlineData(0x410CC601u, "Cortex-M0+ r0p1")]
    [InlineData(0x411FC271u, "Cortex-M7 r1p1")]
    [InlineData(0x410FD213u, "Cortex-M33 r0p3")]
    public void Of_the_core_alone_needs_a_core_that_has_it(uint cpuid, string name)
    {
        _fake.CpuidValue = cpuid;
        _core.Attach();
        Assert.Equal(name, _core.Identity.ToString());

        Assert.Equal("NRST3107", Assert.Throws<TargetException>(() => _core.Reset(ResetKind.Core, halt: true)).Code);
        Assert.Equal(0, _fake.Resets);
    }
}
