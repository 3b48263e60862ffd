using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Bench;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class FlashControllerTests
{
    private const uint Somewhere = 0x0800_4000;

    [Fact]
    public void A_locked_controller_takes_no_command()
    {
        var bench = new Bench();
        bench[CR] = PG | X32;
        Assert.Equal(LOCK, bench[CR]);

        bench.Unlocked();
        bench[CR] = PG | X32;
        Assert.Equal(PG | X32, bench[CR]);

        bench[CR] = LOCK;
        Assert.Equal(LOCK, bench[CR] & LOCK);
    }

    [Fact]
    public void A_wrong_key_jams_the_lock_until_a_reset()
    {
        var bench = new Bench();
        bench[KEYR] = 0x4567_0123;
        bench[KEYR] = 0x1234_5678;
        bench.Unlocked();
        Assert.Equal(LOCK, bench[CR]);

        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        bench.Unlocked();
        Assert.Equal(0u, bench[CR]);
    }

    [Fact]
    public void A_word_is_programmed_in_sixteen_microseconds_and_only_from_one_to_zero()
    {
        var bench = new Bench().Unlocked();
        bench[CR] = PG | X32;
        bench[Somewhere] = 0x0F0F_00FF;
        Assert.Equal(BSY, bench[SR]);
        Assert.InRange(bench.UntilIdle(), 15_000, 17_100);
        bench[Somewhere] = 0xFF0F_FF00;
        Assert.Equal(0x0F0F_0000u, bench[Somewhere]);
        Assert.Equal(0u, bench[SR]);
    }

    [Theory]
    [InlineData(X32, 2)]
    [InlineData(X32, 1)]
    [InlineData(X16, 4)]
    [InlineData(X8, 2)]
    public void The_width_of_an_access_has_to_match_PSIZE(uint psize, int bytes)
    {
        var bench = new Bench().Unlocked();
        bench[CR] = PG | psize;
        Assert.Equal(BusStatus.Ok, bench.Store(Somewhere, bytes, 0));
        Assert.Equal(PGPERR, bench[SR]);
        Assert.Equal(uint.MaxValue, bench[Somewhere]);

        bench[SR] = PGPERR;
        Assert.Equal(0u, bench[SR]);
    }

    [Fact]
    public void Writing_without_PG_is_a_sequence_error()
    {
        var bench = new Bench();
        bench[Somewhere] = 0;
        Assert.Equal(PGSERR, bench[SR]);
        Assert.Equal(uint.MaxValue, bench[Somewhere]);
    }

    [Fact]
    public void SER_left_over_from_an_erase_does_not_bar_programming()
    {
        var bench = new Bench().Unlocked();
        bench[CR] = PG | SER | X32;
        bench[Somewhere] = 0x1234_5678;
        bench.UntilIdle();
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(0x1234_5678u, bench[Somewhere]);
    }

    [Fact]
    public void OPERR_and_EOP_speak_only_to_those_who_enabled_their_interrupts()
    {
        var bench = new Bench().Unlocked();
        bench.Program(Somewhere, 0);
        Assert.Equal(0u, bench[SR]);

        bench[CR] = PG | X32 | EOPIE | ERRIE;
        bench[Somewhere + 4] = 0;
        bench.UntilIdle();
        Assert.Equal(EOP, bench[SR]);
        bench[SR] = EOP;
        bench.Store(Somewhere + 8, 1, 0);
        Assert.Equal(PGPERR | OPERR, bench[SR]);
    }

    [Fact]
    public void SER_together_with_MER_does_nothing()
    {
        var bench = new Bench().Unlocked();
        bench.Program(Somewhere, 0);
        bench[CR] = X32 | SER | MER | 1 << 3 | STRT;
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(0u, bench[Somewhere]);
    }

    [Fact]
    public void A_sector_that_does_not_exist_is_not_erased()
    {
        var bench = new Bench().Unlocked();
        bench.EraseSector(12);
        Assert.Equal(0u, bench[SR]);
        Assert.Empty(bench.Chip.FlashStatistics.Erases);
    }

    [Theory]
    [InlineData(X8, 0u, 400)]
    [InlineData(X16, 0u, 300)]
    [InlineData(X32, 0u, 250)]
    [InlineData(X8, 4u, 1200)]
    [InlineData(X16, 4u, 700)]
    [InlineData(X32, 4u, 550)]
    [InlineData(X8, 5u, 2000)]
    [InlineData(X16, 5u, 1300)]
    [InlineData(X32, 5u, 1000)]
    public void An_erase_takes_the_time_of_the_data_sheet(uint psize, uint sector, int milliseconds)
    {
        var bench = new Bench().Unlocked();
        bench.EraseSector(sector, psize);
        Assert.InRange(bench.UntilIdle(), milliseconds * 999_000L, milliseconds * 1_002_000L);

        bench = new Bench(options: new ChipOptions { FlashTimes = FlashTimeColumn.Max }).Unlocked();
        bench.EraseSector(sector, psize);
        Assert.True(bench.UntilIdle() > milliseconds * 1_700_000L, "the longest time is well above the typical one");
    }

    [Fact]
    public void A_mass_erase_takes_eight_seconds_at_x32()
    {
        var bench = new Bench().Unlocked();
        bench.Program(0x080F_FFFC, 0);
        bench[CR] = X32 | MER | STRT;
        Assert.InRange(bench.UntilIdle(), 7_990_000_000, 8_010_000_000);
        Assert.Equal(uint.MaxValue, bench[0x080F_FFFC]);
    }

    [Fact]
    public void A_read_of_busy_flash_stalls_the_bus_until_the_operation_is_over()
    {
        var bench = new Bench().Unlocked();
        bench.EraseSector(0);
        var began = bench.Now;
        _ = bench[0x0808_0000];
        Assert.Equal(began + 250_000_000, bench.Now);
    }

    [Fact]
    public void A_write_to_CR_waits_for_the_operation_and_one_to_SR_does_not()
    {
        var bench = new Bench().Unlocked();
        bench.EraseSector(0);
        var began = bench.Now;
        bench[SR] = PGSERR;
        Assert.Equal(began, bench.Now);
        bench[CR] = X32;
        Assert.Equal(began + 250_000_000, bench.Now);
    }

    [Fact]
    public void A_write_protected_sector_refuses_both_erase_and_program_and_bars_a_mass_erase()
    {
        var bench = new Bench().Unlocked().OptionsUnlocked();
        bench.Program(Somewhere, 0x1234_5678);
        bench[OPTCR] = 0x0FFD_AAEC;
        bench[OPTCR] = 0x0FFD_AAEE;
        Assert.InRange(bench.UntilIdle(), 200_000_000, 700_000_000);

        bench[CR] = PG | X32;
        bench[Somewhere] = 0;
        Assert.Equal(WRPERR, bench[SR]);
        bench[SR] = WRPERR;
        bench.EraseSector(1);
        Assert.Equal(WRPERR, bench[SR]);
        bench[SR] = WRPERR;
        bench[CR] = X32 | MER | STRT;
        Assert.Equal(WRPERR, bench[SR]);
        Assert.Equal(0x1234_5678u, bench[Somewhere]);
        bench[SR] = WRPERR;
        bench.EraseSector(2);
        Assert.Equal(BSY, bench[SR]);
    }

    [Fact]
    public void A_reset_tears_an_erase_off_in_the_middle()
    {
        var bench = new Bench().Unlocked();
        bench.Program(0x0800_0100, 0);
        bench.Program(0x0800_3FFC, 0);
        bench.EraseSector(0);
        bench.Wait(100_000_000);
        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.Equal(uint.MaxValue, bench[0x0800_0100]);
        Assert.Equal(0u, bench[0x0800_3FFC]);
        Assert.Equal(0u, bench[SR]);
    }

    [Fact]
    public void Below_2_7_volts_words_do_not_get_programmed_well_and_half_words_do()
    {
        var bench = new Bench(options: new ChipOptions { SupplyVolts = 2.4 }).Unlocked();
        bench.Program(Somewhere, 0);
        Assert.NotEqual(0u, bench[Somewhere]);

        bench[CR] = PG | X16;
        bench.Store(Somewhere + 4, 2, 0);
        bench.Store(Somewhere + 6, 2, 0);
        Assert.Equal(0u, bench[Somewhere + 4]);
    }
}
