using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Cortex;

public sealed class Debugging_the_core
{
    private const uint Main = TestMachine.FlashBase + 0x200;
    private const uint DHCSR = 0xE000_EDF0, DCRSR = 0xE000_EDF4, DCRDR = 0xE000_EDF8, DEMCR = 0xE000_EDFC, DFSR = 0xE000_ED30, AIRCR = 0xE000_ED0C;
    private const uint Key = 0xA05F_0000, S_HALT = 1 << 17, S_SLEEP = 1 << 18, S_LOCKUP = 1 << 19, S_RETIRE_ST = 1 << 24, S_RESET_ST = 1 << 25;

    private readonly TestMachine _machine = new();

    public Debugging_the_core()
    {
        _machine.PokeCode(Main, 0x3001, 0x3101, 0x3201, 0xE7FB); // ADDS r0, #1; ADDS r1, #1; ADDS r2, #1; B Main
        _machine.Core.PowerOnReset(0);
    }

    [Fact]
    public void C_HALT_stops_the_core_and_time_goes_on_without_it()
    {
        _machine.Ppb(DHCSR, Key | 3);
        var executed = _machine.Core.InstructionsExecuted;
        _machine.Run(10_000);

        Assert.Equal(S_HALT, _machine.Ppb(DHCSR) & S_HALT);
        Assert.Equal(executed, _machine.Core.InstructionsExecuted);
        Assert.Equal(10_000, _machine.Core.Now);
        Assert.Equal(1u, _machine.Ppb(DFSR));
    }

    [Fact]
    public void Without_the_key_DHCSR_stays_as_it_is()
    {
        _machine.Ppb(DHCSR, 3);

        Assert.Equal(0u, _machine.Ppb(DHCSR) & (S_HALT | 3));
    }

    [Fact]
    public void Every_word_of_the_debug_components_can_be_read()
    {
        foreach (var component in new uint[] { 0xE000_0000, 0xE000_1000, 0xE000_2000, 0xE000_E000, 0xE004_0000, 0xE004_1000, 0xE00F_F000 })
        {
            for (uint offset = 0; offset < 0x1000; offset += 4)
            {
                var status = _machine.Core.ReadPpb(component + offset, 4, out _, debugger: true, _machine.Core.Now);
                Assert.True(status == BusStatus.Ok, $"0x{component + offset:X8} faults");
            }
        }
    }

    [Fact]
    public void Clearing_C_DEBUGEN_lets_a_halted_core_run()
    {
        _machine.Ppb(DHCSR, Key | 3);
        _machine.Ppb(DHCSR, Key);
        _machine.Run(1000);

        Assert.True(_machine.Core.InstructionsExecuted > 10);
    }

    [Fact]
    public void A_step_executes_one_instruction()
    {
        _machine.Ppb(DHCSR, Key | 3);
        for (uint steps = 1; steps <= 8; steps++)
        {
            _machine.Ppb(DFSR, 0x1F);
            _machine.Ppb(DHCSR, Key | 0xD);
            _machine.Run(1000);
            Assert.Equal(steps, (uint)_machine.Core.InstructionsExecuted);
            Assert.Equal(S_HALT, _machine.Ppb(DHCSR) & S_HALT);
            Assert.Equal(1u, _machine.Ppb(DFSR));
        }

        Assert.Equal(Main, Register(15));
    }

    [Fact]
    public void Registers_are_read_and_written_while_halted()
    {
        _machine.Ppb(DHCSR, Key | 3);
        foreach (var number in new uint[] { 0, 1, 12, 14, 64, 95 })
        {
            SetRegister(number, 0xCAFE_0000 | number);
        }

        SetRegister(18, 0x2000_3000);
        SetRegister(20, 0x0201_4001); // SPSEL, FAULTMASK, BASEPRI 0x40, PRIMASK

        Assert.Equal(0xCAFE_005Fu, Register(95));
        Assert.Equal(0xCAFE_000Cu, Register(12));
        Assert.Equal(0x2000_3000u, Register(13));
        Assert.Equal(0x2000_1000u, Register(17));
        Assert.Equal(0x0201_4001u, Register(20));
        Assert.Equal(1u << 24, Register(16));
    }

    [Fact]
    public void A_breakpoint_stops_before_its_instruction_each_time()
    {
        Breakpoint(Main + 2);
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Run(1000);
        Assert.Equal((Main + 2, 2u), (Register(15), _machine.Ppb(DFSR)));
        var executed = _machine.Core.InstructionsExecuted;

        _machine.Ppb(DHCSR, Key | 1); // resumed on the breakpoint: it strikes again at once
        _machine.Run(1000);

        Assert.Equal(executed, _machine.Core.InstructionsExecuted);
        Assert.Equal(Main + 2, Register(15));
    }

    [Fact]
    public void A_breakpoint_does_nothing_without_a_debugger()
    {
        Breakpoint(Main + 2);
        _machine.Run(1000);

        Assert.True(_machine.Core.InstructionsExecuted > 10);
    }

    [Theory]
    [InlineData(5, 0x6801, true)]  // read by LDR r1, [r0]
    [InlineData(5, 0x6001, false)] // read, but it is STR
    [InlineData(6, 0x6001, true)]
    [InlineData(6, 0x6801, false)]
    [InlineData(7, 0x6801, true)]
    public void A_watchpoint_stops_after_the_access(uint function, int instruction, bool stops)
    {
        _machine.PokeCode(Main, (ushort)instruction, 0xBF00, 0xE7FE);
        _machine.Ppb(DHCSR, Key | 3);
        _machine.Ppb(DEMCR, 1 << 24);
        _machine.Ppb(0xE000_1020, 0x2000_2000);
        _machine.Ppb(0xE000_1028, function);
        SetRegister(0, 0x2000_2000);
        _machine.Ppb(DFSR, 0x1F);
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Run(1000);

        Assert.Equal(stops, _machine.Core.Halted);
        Assert.Equal(stops ? 4u : 0, _machine.Ppb(DFSR));
        if (stops)
        {
            Assert.Equal(Main + 2, Register(15));
            Assert.Equal(1u << 24, _machine.Ppb(0xE000_1028) & 1 << 24);
        }
    }

    [Fact]
    public void BKPT_halts_at_itself_under_a_debugger()
    {
        _machine.PokeCode(Main + 2, 0xBE00);
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Run(1000);

        Assert.Equal((Main + 2, 2u), (Register(15), _machine.Ppb(DFSR)));
    }

    [Fact]
    public void BKPT_without_a_debugger_escalates_to_HardFault()
    {
        _machine.Poke(TestMachine.FlashBase + 12, Main + 0x41);
        _machine.PokeCode(Main + 0x40, 0xE7FE);
        _machine.PokeCode(Main + 2, 0xBE00);
        _machine.Run(1000);

        Assert.Equal(3u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(1u << 31, _machine.Ppb(0xE000_ED2C));
    }

    [Fact]
    public void Vector_catch_stops_a_reset_before_its_first_instruction()
    {
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Ppb(DEMCR, 1);
        _machine.Run(1000);
        _machine.Ppb(AIRCR, 0x05FA_0004);

        Assert.Equal(1, _machine.SystemResets);
        Assert.Equal(S_HALT | S_RESET_ST, _machine.Ppb(DHCSR) & (S_HALT | S_RESET_ST));
        Assert.Equal((Main, 8u), (Register(15), _machine.Ppb(DFSR)));
        Assert.Equal(0u, Register(0));
        Assert.Equal(0u, _machine.Ppb(DHCSR) & S_RESET_ST);
    }

    [Fact]
    public void Vector_catch_stops_at_a_HardFault()
    {
        _machine.Poke(TestMachine.FlashBase + 12, Main + 0x41);
        _machine.PokeCode(Main + 2, 0xDE00);
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Ppb(DEMCR, 1 << 10);
        _machine.Run(1000);

        Assert.Equal((Main + 0x40, 8u), (Register(15), _machine.Ppb(DFSR)));
    }

    [Fact]
    public void A_reset_from_the_halted_state_runs_again()
    {
        _machine.Ppb(DHCSR, Key | 3);
        _machine.Ppb(AIRCR, 0x05FA_0004);
        _machine.Run(1000);

        Assert.False(_machine.Core.Halted);
        Assert.Equal(1u, _machine.Ppb(DHCSR) & 1);
        Assert.True(_machine.Core.InstructionsExecuted > 10);
    }

    [Fact]
    public void While_NRST_is_low_nothing_executes_and_the_debugger_gets_ready()
    {
        _machine.Core.HoldInReset(true, 0);
        _machine.Run(1000);
        Assert.Equal(0, _machine.Core.InstructionsExecuted);
        Assert.Equal(S_RESET_ST, _machine.Ppb(DHCSR) & S_RESET_ST);
        Assert.Equal(S_RESET_ST, _machine.Ppb(DHCSR) & S_RESET_ST);
        _machine.Ppb(DHCSR, Key | 3);
        _machine.Ppb(DEMCR, 1);

        _machine.Core.HoldInReset(false, _machine.Core.Now);

        Assert.Equal(S_RESET_ST | S_HALT, _machine.Ppb(DHCSR) & (S_RESET_ST | S_HALT));
        Assert.Equal(Main, Register(15));
        Assert.Equal(0u, _machine.Ppb(DHCSR) & S_RESET_ST);
    }

    [Fact]
    public void S_RETIRE_ST_tells_running_from_standing()
    {
        _machine.Run(1000);
        Assert.Equal(S_RETIRE_ST, _machine.Ppb(DHCSR) & S_RETIRE_ST);
        Assert.Equal(0u, _machine.Ppb(DHCSR) & S_RETIRE_ST);
    }

    [Fact]
    public void An_empty_flash_locks_the_core_up_and_a_debugger_still_gets_it()
    {
        _machine.Flash.AsSpan().Fill(0xFF);
        _machine.Core.PowerOnReset(0);
        _machine.Run(10_000);
        Assert.Equal(S_LOCKUP, _machine.Ppb(DHCSR) & S_LOCKUP);

        _machine.Ppb(DHCSR, Key | 3);
        Assert.Equal(S_HALT, _machine.Ppb(DHCSR) & (S_HALT | S_LOCKUP));
        _machine.PokeCode(TestMachine.RamBase + 0x100, 0x2055, 0xBE00); // MOVS r0, #0x55; BKPT
        SetRegister(13, 0x2000_1000);
        SetRegister(15, TestMachine.RamBase + 0x100);
        SetRegister(16, 1 << 24);
        _machine.Ppb(DHCSR, Key | 1);
        _machine.Run(10_000);

        Assert.Equal(S_HALT, _machine.Ppb(DHCSR) & S_HALT);
        Assert.Equal((0x55u, TestMachine.RamBase + 0x102), (Register(0), Register(15)));
    }

    [Fact]
    public void A_sleeping_core_says_so_and_can_be_halted()
    {
        _machine.PokeCode(Main, 0xBF30, 0xE7FD);
        _machine.Run(1000);
        Assert.Equal(S_SLEEP, _machine.Ppb(DHCSR) & S_SLEEP);

        _machine.Ppb(DHCSR, Key | 3);
        Assert.Equal((S_HALT, Main + 2), (_machine.Ppb(DHCSR) & (S_HALT | S_SLEEP), Register(15)));
    }

    [Fact]
    public void The_cycle_counter_counts_cycles_and_stands_while_halted()
    {
        _machine.Ppb(DEMCR, 1 << 24);
        _machine.Ppb(0xE000_1000, 1);
        _machine.Run(6_000);
        Assert.InRange(_machine.Ppb(0xE000_1004), 600u, 603u);
        Assert.Equal(600 / 6 * 4, _machine.Core.InstructionsExecuted); // 1 + 1 + 1 + 3 cycles a round

        _machine.Ppb(DHCSR, Key | 3);
        var count = _machine.Ppb(0xE000_1004);
        _machine.Run(6_000);
        Assert.Equal(count, _machine.Ppb(0xE000_1004));
    }

    [Fact]
    public void Identification_registers_name_a_Cortex_M4_r0p1()
    {
        (uint Address, uint Value)[] expected =
        [
            (0xE000_ED00, 0x410F_C241), (0xE000_EF40, 0x1011_0021), (0xE000_EF44, 0x1100_0011), (0xE000_ED90, 0x800), (AIRCR, 0xFA05_0000),
            (0xE000_2000, 0x260), (0xE000_1000, 0x4000_0000), (0xE004_0FC8, 0xCA1), (0xE00F_F000, 0xFFF0_F003), (0xE00F_F014, 0xFFF4_2003),
            (0xE00F_F018, 0), (0xE000_EFE0, 0x0C), (0xE000_EFF0, 0x0D), (0xE000_EFF4, 0xE0), (0xE000_EFFC, 0xB1), (0xE000_1FE0, 2),
            (0xE000_2FE0, 3), (0xE000_0FE0, 1), (0xE004_0FE0, 0xA1), (0xE004_0FF4, 0x90), (0xE004_1FE0, 0x25), (0xE00F_FFF4, 0x10),
        ];
        foreach (var (address, value) in expected)
        {
            Assert.Equal((address, value), (address, _machine.Ppb(address)));
        }
    }

    [Fact]
    public void What_belongs_to_the_chip_is_not_answered_here()
    {
        Assert.Equal(BusStatus.Error, _machine.Core.ReadPpb(0xE004_2000, 4, out _, debugger: true, 0));
    }

    [Fact]
    public void SliceEnd_stops_the_core_early_and_lets_it_go_on()
    {
        _machine.Core.SliceEnd = 500;
        _machine.Core.RunUntil(1000);
        Assert.InRange(_machine.Core.Now, 500, 530);
        _machine.Core.SliceEnd = long.MaxValue;
        _machine.Core.RunUntil(1000);
        Assert.InRange(_machine.Core.Now, 1000, 1030);
    }

    private void Breakpoint(uint address)
    {
        _machine.Ppb(0xE000_2008, ((address & 2) != 0 ? 2u : 1u) << 30 | address & 0x1FFF_FFFC | 1);
        _machine.Ppb(0xE000_2000, 3);
    }

    private uint Register(uint number)
    {
        _machine.Ppb(DCRSR, number);
        return _machine.Ppb(DCRDR);
    }

    private void SetRegister(uint number, uint value)
    {
        _machine.Ppb(DCRDR, value);
        _machine.Ppb(DCRSR, 1 << 16 | number);
    }
}
