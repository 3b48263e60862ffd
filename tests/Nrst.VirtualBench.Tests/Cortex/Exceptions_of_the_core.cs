namespace Nrst.VirtualBench.Tests.Cortex;

public sealed class Exceptions_of_the_core
{
    private const uint Main = TestMachine.FlashBase + 0x200;
    private const uint Handler = TestMachine.FlashBase + 0x400;
    private const uint CFSR = 0xE000_ED28, HFSR = 0xE000_ED2C, BFAR = 0xE000_ED38, SHCSR = 0xE000_ED24, ICSR = 0xE000_ED04;

    private readonly TestMachine _machine = new();

    public Exceptions_of_the_core()
    {
        for (uint number = 2; number < 112; number++)
        {
            _machine.Poke(TestMachine.FlashBase + number * 4, Handler + number * 16 + 1);
            _machine.PokeCode(Handler + number * 16, 0x3701, 0x4770); // ADDS r7, #1; BX lr
        }

        _machine.PokeCode(Main, 0xE7FE);
    }

    [Fact]
    public void An_interrupt_runs_its_handler_once_and_returns()
    {
        Start();
        _machine.Ppb(0xE000_E100, 1 << 5);

        _machine.Core.SetInterrupt(5, true);
        _machine.Core.SetInterrupt(5, false);
        _machine.Run(10_000);

        Assert.Equal(1u, _machine.Core.GetRegister(7));
        Assert.Equal(Main, _machine.Core.GetRegister(15));
        Assert.Equal(0x2000_1000u, _machine.Core.MSP);
        Assert.Equal(0u, _machine.Core.XPSR & 0x1FF);
    }

    [Fact]
    public void An_interrupt_line_that_stays_high_comes_back()
    {
        Start();
        _machine.Ppb(0xE000_E100, 1 << 5);

        _machine.Core.SetInterrupt(5, true);
        _machine.Run(10_000);

        Assert.InRange(_machine.Core.GetRegister(7), 10u, 100u);
    }

    [Fact]
    public void A_more_urgent_interrupt_pre_empts_and_a_less_urgent_one_waits()
    {
        var first = Handler + 16 * 16;
        _machine.PokeCode(first, 0xE7FE);
        Start();
        _machine.Ppb(0xE000_E100, 7);
        _machine.Ppb(0xE000_E400, 0x0030_2010 | 0x10); // IRQ0: 0x10, IRQ1: 0x20, IRQ2: 0x30
        _machine.Ppb(0xE000_E400, 0x0010_3020);        // IRQ0: 0x20, IRQ1: 0x30, IRQ2: 0x10

        _machine.Core.SetInterrupt(0, true);
        _machine.Run(1000);
        Assert.Equal(16u, _machine.Core.XPSR & 0x1FF);
        _machine.Core.SetInterrupt(1, true);
        _machine.Run(1000);
        Assert.Equal(0u, _machine.Core.GetRegister(7));
        _machine.Core.SetInterrupt(2, true);
        _machine.Core.SetInterrupt(2, false);
        _machine.Run(1000);

        Assert.NotEqual(0u, _machine.Core.GetRegister(7));
        Assert.Equal(16u, _machine.Core.XPSR & 0x1FF);
    }

    [Fact]
    public void PRIMASK_holds_an_interrupt_back()
    {
        _machine.PokeCode(Main, 0xB672, 0xE7FE); // CPSID i
        Start();
        _machine.Run(100);
        _machine.Ppb(0xE000_E100, 1);
        _machine.Core.SetInterrupt(0, true);
        _machine.Run(1000);

        Assert.Equal(0u, _machine.Core.GetRegister(7));
        Assert.NotEqual(0u, _machine.Ppb(ICSR) & 1 << 22);
    }

    [Fact]
    public void A_frame_holds_the_registers_and_is_aligned_to_eight()
    {
        _machine.PokeCode(Handler + 11 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0xB081, 0x2042, 0xDF00, 0xE7FE); // SUB sp, #4; MOVS r0, #0x42; SVC 0
        Start();
        _machine.Run(1000);

        Assert.Equal(11u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(0x2000_0FD8u, _machine.Core.MSP);
        Assert.Equal(0x42u, _machine.Peek(0x2000_0FD8));
        Assert.Equal(Main + 6, _machine.Peek(0x2000_0FD8 + 24));
        Assert.NotEqual(0u, _machine.Peek(0x2000_0FD8 + 28) & 1 << 9);
        Assert.Equal(0xFFFF_FFF9u, _machine.Core.GetRegister(14));
    }

    [Fact]
    public void PendSV_waits_for_the_end_of_a_handler_of_its_priority()
    {
        Start();
        _machine.Ppb(ICSR, 1 << 28);
        _machine.Run(1000);

        Assert.Equal(1u, _machine.Core.GetRegister(7));
        Assert.Equal(0u, _machine.Ppb(ICSR) & 1 << 28);
    }

    [Fact]
    public void SysTick_comes_at_its_period_and_wakes_the_core()
    {
        _machine.PokeCode(Main, 0xBF30, 0xE7FD); // WFI; B .-2
        Start();
        _machine.Ppb(0xE000_E014, 999);
        _machine.Ppb(0xE000_E018, 0);
        _machine.Ppb(0xE000_E010, 7);

        _machine.Run(1_000_000); // 100 periods of 1000 cycles of 10 ns

        Assert.InRange(_machine.Core.GetRegister(7), 99u, 100u);
        Assert.True(_machine.Core.Sleeping);
        Assert.InRange(_machine.Core.BusyNanoseconds, 1000, 60_000);
        Assert.InRange(_machine.Core.InstructionsExecuted, 300, 410);
    }

    [Fact]
    public void SysTick_counts_down_in_core_cycles()
    {
        Start();
        _machine.Ppb(0xE000_E014, 0xFF_FFFF);
        _machine.Ppb(0xE000_E018, 0);
        _machine.Ppb(0xE000_E010, 5);
        var began = _machine.Core.Now;
        _machine.Run(50_000);

        var cycles = (uint)((_machine.Core.Now - began) / 10);
        Assert.InRange(0x100_0000 - _machine.Ppb(0xE000_E018), cycles - 1, cycles + 1);
    }

    [Fact]
    public void An_access_to_nowhere_becomes_a_HardFault_with_its_address()
    {
        _machine.PokeCode(Handler + 3 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0x2060, 0x0600, 0x6800); // MOVS r0, #0x60; LSLS r0, #24; LDR r0, [r0]
        Start();
        _machine.Run(1000);

        Assert.Equal(3u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(0x8200u, _machine.Ppb(CFSR));
        Assert.Equal(0x6000_0000u, _machine.Ppb(BFAR));
        Assert.Equal(0x4000_0000u, _machine.Ppb(HFSR));
        Assert.Equal(Main + 4, _machine.Peek(_machine.Core.MSP + 24));
    }

    [Fact]
    public void An_enabled_UsageFault_takes_an_undefined_instruction()
    {
        _machine.PokeCode(Handler + 6 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0xDE00);
        Start();
        _machine.Ppb(SHCSR, 1 << 18);
        _machine.Run(1000);

        Assert.Equal(6u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(1u << 16, _machine.Ppb(CFSR));
        Assert.Contains("DE00", _machine.Core.LastFaultText, StringComparison.Ordinal);
    }

    [Fact]
    public void Division_by_zero_faults_only_when_asked_to()
    {
        _machine.PokeCode(Handler + 3 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0x2101, 0xFBB1, 0xF2F0, 0x2701, 0xE7FE); // MOVS r1, #1; UDIV r2, r1, r0; MOVS r7, #1
        Start();
        _machine.Run(1000);
        Assert.Equal((1u, 0u), (_machine.Core.GetRegister(7), _machine.Core.GetRegister(2)));

        _machine.Core.PowerOnReset(_machine.Core.Now);
        _machine.Ppb(0xE000_ED14, 0x210);
        _machine.Run(1000);
        Assert.Equal(1u << 25, _machine.Ppb(CFSR));
    }

    [Fact]
    public void Floating_point_without_CPACR_is_NOCP_and_with_it_stacks_the_long_frame()
    {
        _machine.PokeCode(Handler + 3 * 16, 0xE7FE);
        _machine.PokeCode(Handler + 11 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0xEEB7, 0x0A00, 0xDF00); // VMOV.F32 s0, #1.0; SVC 0
        Start();
        _machine.Run(1000);
        Assert.Equal(1u << 19, _machine.Ppb(CFSR));

        _machine.Core.PowerOnReset(_machine.Core.Now);
        _machine.Ppb(0xE000_ED88, 0xF << 20);
        _machine.Run(1000);
        Assert.Equal(11u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(0xFFFF_FFE9u, _machine.Core.GetRegister(14));
        Assert.Equal(0x2000_1000u - 0x68, _machine.Core.MSP);
        Assert.Equal(0x3F80_0000u, _machine.Peek(_machine.Core.MSP + 0x20));
    }

    [Fact]
    public void WFE_consumes_an_event_that_is_already_there()
    {
        _machine.PokeCode(Main, 0xBF40, 0xBF20, 0x2701, 0xBF20, 0x2702); // SEV; WFE; MOVS r7, #1; WFE; MOVS r7, #2
        Start();
        _machine.Run(1000);

        Assert.Equal(1u, _machine.Core.GetRegister(7));
        Assert.True(_machine.Core.Sleeping);
    }

    [Fact]
    public void Unprivileged_code_may_not_touch_the_system_space()
    {
        _machine.PokeCode(Handler + 3 * 16, 0xE7FE);
        _machine.PokeCode(Main, 0x2001, 0xF380, 0x8814, 0x48FF); // MOVS r0, #1; MSR CONTROL, r0; LDR r0, [pc, #1020]
        _machine.PokeCode(Main + 8, 0x6801);                     // LDR r1, [r0]
        _machine.Poke(((Main + 6 + 4) & ~3u) + 1020, 0xE000_ED00);
        Start();
        _machine.Run(1000);

        Assert.Equal(3u, _machine.Core.XPSR & 0x1FF);
        Assert.Equal(0xE000_ED00u, _machine.Ppb(BFAR));
    }

    [Fact]
    public void An_exclusive_store_needs_its_load()
    {
        _machine.PokeCode(Main, 0xE850, 0x1F00, 0xE840, 0x2300, 0xE840, 0x2400, 0xE7FE); // LDREX r1, [r0]; STREX r3, r2, [r0]; STREX r4, r2, [r0]
        Start();
        _machine.Core.SetRegister(0, 0x2000_2000);
        _machine.Core.SetRegister(2, 0x1234);
        _machine.Run(1000);

        Assert.Equal((0u, 1u), (_machine.Core.GetRegister(3), _machine.Core.GetRegister(4)));
        Assert.Equal(0x1234u, _machine.Peek(0x2000_2000));
    }

    [Fact]
    public void The_bit_band_alias_of_RAM_is_one_bit_per_word()
    {
        _machine.PokeCode(Main, 0x6001, 0x6802, 0xE7FE); // STR r1, [r0]; LDR r2, [r0]
        Start();
        _machine.Core.SetRegister(0, 0x2200_0000 + 0x2001 * 32 + 5 * 4);
        _machine.Core.SetRegister(1, 0xFF);
        _machine.Run(1000);

        Assert.Equal(0x2000u, _machine.Peek(0x2000_2000));
        Assert.Equal(1u, _machine.Core.GetRegister(2));
    }

    private void Start() => _machine.Core.PowerOnReset(_machine.Core.Now);
}
