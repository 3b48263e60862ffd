namespace Nrst.Arm.Tests;

public sealed class Controlling_a_core
{
    private readonly FakeClock _clock = new();
    private readonly FakeCore _fake;
    private readonly CortexMCore _core;

    public Controlling_a_core()
    {
        _fake = new FakeCore(_clock);
        _core = new CortexMCore(_fake, _fake, _fake, _clock);
    }

    [Fact]
    public void Attaching_neither_halts_nor_resets()
    {
        _core.Attach();

        Assert.True(_fake.Debugging);
        Assert.True(_fake.Runs);
        Assert.Equal(0, _fake.Resets);
        Assert.Equal("Cortex-M4 r0p1", _core.Identity.ToString());
        Assert.False(_core.WasHalted);
        Assert.Equal(3, _fake.Exchanges);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    public void Where_no_core_answers_nothing_is_written(uint cpuid)
    {
        _fake.CpuidValue = cpuid;

        Assert.Equal("NRST3109", Assert.Throws<TargetException>(() => _core.Attach()).Code);

        Assert.False(_fake.Debugging);
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void Detaching_leaves_what_was_there()
    {
        _fake.Demcr = 0x0100_0400;
        _fake.Dfsr = 0x4;
        _fake[0xE000_2000] = 0x260;
        _core.Attach();
        _core.Halt();
        _core.WriteRestored(new Address(0xE000_2000), 0x263);
        _core.WriteRestored(new Address(0xE000_2008), 0x0800_0101);
        _core.WriteRestored(new Address(0xE000_2008), 0x0800_0201);
        _core.Reset(ResetKind.System, halt: true);
        _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: true);
        _fake.MeetBreakpoint();

        _core.Detach();

        Assert.Equal((0x0100_0400u, 0x4u, 0x260u, 0u), (_fake.Demcr, _fake.Dfsr, _fake[0xE000_2000], _fake[0xE000_2008]));
        Assert.False(_fake.Debugging);
        Assert.False(_fake.Masked);
        Assert.True(_fake.Runs);
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void A_core_found_halted_is_left_halted()
    {
        _fake.HaltBefore();
        _core.Attach();
        Assert.Equal(CoreState.Halted, _core.ReadState());
        _core.Run();
        _core.Detach();

        Assert.True(_core.WasHalted);
        Assert.True(_fake.Halted);
        Assert.True(_fake.Debugging);
    }

    [Fact]
    public void Who_says_so_leaves_it_halted_or_running()
    {
        _core.Attach();
        _core.LeaveHalted = true;
        _core.Detach();
        Assert.True(_fake.Halted);

        _core.Attach();
        _core.LeaveHalted = false;
        _core.Detach();
        Assert.True(_fake.Runs);
        Assert.True(_fake.Debugging); // as it was found
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void Detaching_twice_does_it_once()
    {
        _core.Attach();
        _core.Detach();
        var before = _fake.Exchanges;
        _core.Detach();

        Assert.Equal(before, _fake.Exchanges);
    }

    [Fact]
    public void Halting_and_running()
    {
        _core.Attach();
        _core.Halt();
        Assert.Equal(CoreState.Halted, _core.ReadState());

        _core.Run();
        Assert.Equal(CoreState.Running, _core.ReadState());
        Assert.False(_fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    [Theory]
    [InlineData(true, false, CoreState.Sleeping)]
    [InlineData(false, true, CoreState.LockedUp)]
    [InlineData(true, true, CoreState.LockedUp)]
    [InlineData(false, false, CoreState.Running)]
    public void Its_state_is_one_look(bool sleeps, bool lockedUp, CoreState state)
    {
        _core.Attach();
        (_fake.Sleeping, _fake.LockedUp) = (sleeps, lockedUp);
        var before = _fake.Exchanges;

        Assert.Equal(state, _core.ReadState());
        Assert.Equal(before + 1, _fake.Exchanges);
    }

    [Fact]
    public void A_reset_that_is_over_is_not_a_state()
    {
        _core.Attach();
        _fake.Assert();
        Assert.Equal(CoreState.InReset, _core.ReadState());

        _fake.Release();
        _clock.Wait(TimeSpan.FromMilliseconds(1));
        Assert.Equal(CoreState.Running, _core.ReadState());
    }

    [Fact]
    public void A_core_that_does_not_halt_is_given_up()
    {
        _core.Attach();
        _fake.IgnoresHalt = true;

        var error = Assert.Throws<TargetException>(() => _core.Halt());

        Assert.Equal("NRST3103", error.Code);
        Assert.Contains(error.Evidence, e => e.StartsWith("DHCSR = 0x00010003 (C_DEBUGEN, C_HALT, S_REGRDY)", StringComparison.Ordinal));
        Assert.InRange(_clock.Now.TotalSeconds, 4, 6);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chip_that_stays_in_reset_says_so(bool expected)
    {
        _fake.SomebodyHoldsNrst = true;

        var error = Assert.Throws<TargetException>(() =>
        {
            _core.Attach(inReset: expected);
            _core.Halt();
        });

        Assert.Equal("NRST3102", error.Code);
    }

    [Fact]
    public void Attaching_right_after_a_reset_takes_one_more_look()
    {
        _fake.Assert();
        _fake.Release();
        _clock.Wait(TimeSpan.FromMilliseconds(1));
        _core.Attach();

        Assert.True(_core.IsAttached);
        Assert.Equal(4, _fake.Exchanges);
    }

    [Fact]
    public void A_step_runs_one_instruction_with_interrupts_held_back()
    {
        _core.Attach();
        _core.Halt();
        _fake.Registers[15] = 0x0800_0100;
        _core.Step();

        Assert.Equal(0x0800_0102u, _core.ReadRegister(CoreRegister.PC));
        Assert.Equal([0x1u, 0x3u, 0xBu, 0xDu, 0x3u], _fake.DhcsrWrites);
        Assert.False(_fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void A_step_that_never_ends_is_given_up()
    {
        _core.Attach();
        _core.Halt();
        _fake.NeverFinishesSteps = true;
        _fake.IgnoresHalt = true;

        Assert.Equal("NRST3108", Assert.Throws<TargetException>(() => _core.Step()).Code);
    }

    [Fact]
    public void Registers_are_written_and_read_in_one_batch()
    {
        _core.Attach();
        _core.Halt();
        var before = _fake.Exchanges;

        _core.WriteRegisters([(CoreRegister.R0, 1), (CoreRegister.SP, 0x2000_1000), (CoreRegister.Special, 1)]);
        Assert.Equal(before + 2, _fake.Exchanges);

        var values = new uint[3];
        _core.ReadRegisters([CoreRegister.R0, CoreRegister.SP, CoreRegister.Special], values);
        Assert.Equal(before + 4, _fake.Exchanges);
        Assert.Equal([1u, 0x2000_1000u, 1u], values);
    }

    [Fact]
    public void Slow_registers_are_waited_for()
    {
        _core.Attach();
        _core.Halt();
        _fake.SlowRegisters = 4;

        _core.WriteRegisters([(CoreRegister.R7, 77)]);
        Assert.Equal(77u, _core.ReadRegister(CoreRegister.R7));

        _fake.SlowRegisters = int.MaxValue;
        Assert.Equal("NRST3105", Assert.Throws<TargetException>(() => _core.ReadRegister(CoreRegister.R7)).Code);
    }

    [Fact]
    public void Registers_of_a_running_core_are_refused()
    {
        _core.Attach();

        Assert.Equal("NRST3106", Assert.Throws<TargetException>(() => _core.ReadRegister(CoreRegister.PC)).Code);
        Assert.Equal("NRST3106", Assert.Throws<TargetException>(() => _core.WriteRegisters([(CoreRegister.PC, 0)])).Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Launching_is_one_batch(bool mask)
    {
        _core.Attach();
        _core.Halt();
        var before = _fake.Exchanges;

        _core.Launch([(CoreRegister.R0, 5), (CoreRegister.SP, 0x2000_8000), (CoreRegister.PC, 0x2000_0001)], mask);

        Assert.Equal(before + 2, _fake.Exchanges);
        Assert.Equal((5u, 0x2000_8000u, 0x2000_0000u), (_fake.Registers[0], _fake.Registers[13], _fake.Registers[15]));
        Assert.Equal(1u << 24, _fake.Registers[16]);
        Assert.True(_fake.Runs);
        Assert.Equal(mask, _fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void Launching_again_and_running_on_never_leaves_interrupts_masked()
    {
        _core.Attach();
        _core.Halt();
        _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: true);
        _core.Halt();
        _core.Launch([(CoreRegister.PC, 0x2000_0000), (CoreRegister.XPSR, 0x6000_0000)], maskInterrupts: true);
        Assert.Equal(0x6100_0000u, _fake.Registers[16]);
        _fake.MeetBreakpoint();
        _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: false);
        Assert.False(_fake.Masked);
        _core.Halt();
        _core.Launch([(CoreRegister.PC, 0x2000_0000)], maskInterrupts: true);
        _fake.MeetBreakpoint();
        _core.Run();

        Assert.False(_fake.Masked);
        Assert.Empty(_fake.Forbidden);
    }

    [Fact]
    public void Where_the_program_is_shows_without_halting_it()
    {
        _core.Attach();
        Assert.Empty(_core.Look().Pcs);

        _fake[0xE000_101C] = 0x0800_1234;
        Assert.Equal([new Address(0x0800_1234), new Address(0x0800_1234)], _core.Look().Pcs);
        Assert.Equal(1u << 24, _fake.Demcr);
        _fake[0xE000_101C] = 0xFFFF_FFFF;
        Assert.Empty(_core.Look().Pcs);

        _fake[0xE000_ED28] = 1u << 16; // CFSR.UNDEFINSTR
        var (state, _, faults) = _core.Look();
        Assert.Equal((CoreState.Running, true), (state, faults!.HasFault));

        Assert.True(_fake.Runs);
        _core.Detach();
        Assert.Equal(0u, _fake.Demcr);
    }
}
