using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Bench;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class ResetTests
{
    private const uint RMVF = 1 << 24, PINRSTF = 1 << 26, PORRSTF = 1 << 27, SFTRSTF = 1 << 28, IWDGRSTF = 1 << 29;
    private const uint AIRCR = 0xE000_ED0C, IWDG_KR = 0x4000_3000, IWDG_PR = 0x4000_3004, IWDG_RLR = 0x4000_3008, APB1_FZ = 0xE004_2008;

    [Fact]
    public void RCC_CSR_tells_the_last_resets_apart()
    {
        var bench = new Bench();
        Assert.Equal(0x0E00_0000u, bench[RCC_CSR]);
        bench[RCC_CSR] = RMVF;
        Assert.Equal(0u, bench[RCC_CSR]);

        Pulse(bench);
        Assert.Equal(PINRSTF, bench[RCC_CSR]);
        bench[RCC_CSR] = RMVF;
        bench[AIRCR] = 0x05FA_0004;
        bench.Wait(1_000_000);
        Assert.Equal(SFTRSTF | PINRSTF, bench[RCC_CSR]);
        bench.PowerCycle();
        Assert.Equal(PORRSTF, bench[RCC_CSR] & (PORRSTF | SFTRSTF));
    }

    [Fact]
    public void A_system_reset_shows_on_NRST_for_twenty_microseconds()
    {
        var bench = new Bench();
        Assert.False(bench.Chip.ResetIsLow);
        bench[AIRCR] = 0x05FA_0004;
        bench.Wait(10_000);
        Assert.True(bench.Chip.ResetIsLow);
        bench.Wait(15_000);
        Assert.False(bench.Chip.ResetIsLow);
    }

    [Fact]
    public void While_NRST_is_low_only_the_debug_part_answers()
    {
        var bench = new Bench();
        bench.Chip.DriveReset(true, bench.Now);
        Assert.True(bench.Chip.ResetIsLow);
        Assert.Equal(BusStatus.Error, bench.Load(0x2000_0000, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(SR, 4, out _));
        Assert.Equal(0x410F_C241u, bench[0xE000_ED00]);
        Assert.Equal(0x413u, bench[0xE004_2000] & 0xFFF);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.Equal(BusStatus.Ok, bench.Load(0x2000_0000, 4, out _));
    }

    [Fact]
    public void Vector_catch_stops_the_core_before_its_first_instruction()
    {
        var bench = new Bench();
        bench.Chip.DriveReset(true, bench.Now);
        bench[DHCSR] = 0xA05F_0001;
        bench[0xE000_EDFC] = 1;
        bench.Chip.DriveReset(false, bench.Now);
        bench.Wait(1_000_000);
        Assert.True(bench.Chip.Core.Halted);
        bench[0xE000_EDF4] = 15;
        Assert.Equal(0x0800_0008u, bench[0xE000_EDF8]);
    }

    [Fact]
    public void A_board_that_holds_NRST_low_keeps_the_core_from_running()
    {
        var bench = new Bench(options: new ChipOptions { Reset = new ResetWiring { IsShorted = true } });
        bench.Wait(10_000_000);
        Assert.True(bench.Chip.ResetIsLow);
        Assert.Equal(0, bench.Chip.Core.InstructionsExecuted);
        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.True(bench.Chip.ResetIsLow);
    }

    [Fact]
    public void DBGMCU_survives_a_system_reset_and_peripherals_do_not()
    {
        var bench = new Bench();
        bench[0xE004_2004] = 7;
        bench[0x4002_3830] = 1;
        bench[0x4002_0000] = 0x1234_5678;
        Pulse(bench);
        Assert.Equal(7u, bench[0xE004_2004]);
        bench[0x4002_3830] = 1;
        Assert.Equal(0xA800_0000u, bench[0x4002_0000]);
        bench.PowerCycle();
        Assert.Equal(0u, bench[0xE004_2004]);
    }

    [Fact]
    public void An_unfed_watchdog_resets_the_chip_when_its_time_is_up()
    {
        var bench = new Bench();
        bench[RCC_CSR] = RMVF;
        StartWatchdog(bench); // 125 ms
        bench.Wait(100_000_000);
        bench[IWDG_KR] = 0xAAAA;
        bench.Wait(100_000_000);
        Assert.Equal(0u, bench[RCC_CSR] & IWDGRSTF);
        bench.Wait(30_000_000);
        Assert.Equal(IWDGRSTF, bench[RCC_CSR] & IWDGRSTF);
    }

    [Theory]
    [InlineData(1 << 12, 0u)]
    [InlineData(0, IWDGRSTF)]
    public void A_halted_core_stops_the_watchdog_only_if_DBGMCU_says_so(int freeze, uint expected)
    {
        var bench = new Bench();
        bench[RCC_CSR] = RMVF;
        bench[APB1_FZ] = (uint)freeze;
        StartWatchdog(bench);
        bench.Halt();
        bench.Wait(1_000_000_000);
        Assert.Equal(expected, bench[RCC_CSR] & IWDGRSTF);
    }

    [Fact]
    public void The_option_WDG_SW_starts_the_watchdog_with_the_chip()
    {
        var bench = new Bench().OptionsUnlocked();
        bench[OPTCR] &= ~(1u << 5);
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        Pulse(bench);
        bench[RCC_CSR] = RMVF;
        bench.Wait(520_000_000); // 4096 ticks of 125 us
        Assert.Equal(IWDGRSTF, bench[RCC_CSR] & IWDGRSTF);
    }

    private static void StartWatchdog(Bench bench)
    {
        bench[IWDG_KR] = 0x5555;
        bench[IWDG_PR] = 0;
        bench[IWDG_RLR] = 999;
        bench[IWDG_KR] = 0xCCCC;
    }

    private static void Pulse(Bench bench)
    {
        bench.Chip.DriveReset(true, bench.Now);
        bench.Wait(1_000_000);
        bench.Chip.DriveReset(false, bench.Now);
        bench.Wait(1_000_000);
    }
}
