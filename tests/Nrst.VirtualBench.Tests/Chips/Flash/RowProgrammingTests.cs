using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;
using static Nrst.VirtualBench.Tests.Chips.Flash.DoubleWordBench;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>FSTPG: what the controllers of double words demand of a row, and what they answer when they do not get it.</summary>
public sealed class RowProgrammingTests
{
    private const uint Page0 = FlashAt, Page5 = FlashAt + (5 * 2048);
    private const uint BKER = 1 << 11, G0BKER = 1 << 13, Flags = 0xC3FB;

    [Theory]
    [InlineData("STM32L476RG", 256, 1_910)]
    [InlineData("STM32L4R5ZI", 512, 3_820)]
    [InlineData("STM32G431KB", 256, 1_910)]
    [InlineData("STM32G474RE", 256, 1_910)]
    [InlineData("STM32G071RB", 256, 1_700)]
    [InlineData("STM32C031C6", 256, 1_700)]
    [InlineData("STM32WB55RG", 512, 3_820)]
    [InlineData("STM32WLE5C8", 256, 1_910)]
    [InlineData("STM32U073RC", 256, 2_720)] // no figure of a row: 32 double words
    public void A_row_is_busy_from_its_first_double_word_to_its_last(string part, int row, int microseconds)
    {
        var bench = Erased(part);
        bench[CR] = FSTPG | EOPIE;
        bench.Board[Page0] = 0xA000;
        Assert.Equal(0u, bench[SR] & BSY);
        bench.Board[Page0 + 4] = 0xA001;
        Assert.Equal(BSY, bench[SR] & BSY);
        for (var i = 2u; i < row / 4; i++)
        {
            // Six microseconds a word: the time of the row runs while it is fed.
            bench.Board.Wait(6_000);
            bench.Board[Page0 + (4 * i)] = 0xA000 + i;
        }

        Assert.Equal(0u, bench[SR] & Flags);
        var fed = 6 * ((row / 4) - 2);
        Assert.InRange(bench.UntilIdle() / 1000, microseconds - fed - 6, microseconds - fed + 6);
        Assert.Equal(EOP, bench[SR] & Flags);
        Assert.Equal(0xA000u, bench.Board[Page0]);
        Assert.Equal(0xA000 + ((uint)row / 4) - 1, bench.Board[Page0 + (uint)row - 4]);
        Assert.Equal(uint.MaxValue, bench.Board[Page0 + (uint)row]);
        Assert.Equal(1, bench.Board.Chip.FlashStatistics.Programs);

        // FSTPG can stay for the next row.
        bench[SR] = EOP;
        Feed(bench, Page0 + (uint)row, row / 4);
        bench.UntilIdle();
        Assert.Equal(EOP, bench[SR] & Flags);
    }

    [Theory]
    [InlineData("STM32L476RG")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32WB55RG")]
    [InlineData("STM32WLE5C8")]
    public void A_page_erase_is_not_enough_where_the_bank_must_have_been_erased(string part)
    {
        var bench = Fast(part);
        bench[CR] = FSTPG;
        Feed(bench, Page5, 2);
        Assert.Equal(PGSERR, bench.Refusals());

        bench.ErasePage(5);
        bench.UntilIdle();
        bench[CR] = FSTPG;
        bench.Board[Page5] = 0;
        Assert.Equal(PGSERR, bench.Refusals());
        Assert.Equal(0u, bench[SR] & BSY);

        bench.EraseAll();
        Assert.Equal(0u, Row(bench, Page0));
        bench.ErasePage(5);
        bench.UntilIdle();
        Assert.Equal(PGSERR, Row(bench, Page0 + 512));
    }

    [Fact]
    public void Each_bank_of_an_L4_is_erased_for_itself()
    {
        const uint second = FlashAt + 0x8_0000;
        var bench = Fast("STM32L476RG");
        bench[CR] = MER1 | STRT;
        bench.UntilIdle();
        Assert.Equal(0u, Row(bench, Page0));
        Assert.Equal(PGSERR, Row(bench, second));
        bench[CR] = MER2 | STRT;
        bench.UntilIdle();
        Assert.Equal(0u, Row(bench, second));
        Assert.Equal(0u, Row(bench, Page5));
        bench.ErasePage(3, BKER);
        bench.UntilIdle();
        Assert.Equal(PGSERR, Row(bench, second + 256));
        Assert.Equal(0u, Row(bench, Page5 + 256));
    }

    [Theory]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32C031C6")]
    [InlineData("STM32U073RC")]
    public void The_page_erased_last_takes_rows_and_the_one_before_it_does_not(string part)
    {
        var bench = Fast(part);
        Assert.Equal(PGSERR, Row(bench, Page5));
        bench.ErasePage(4);
        bench.UntilIdle();
        bench.ErasePage(5);
        bench.UntilIdle();

        // As an STM32G0B0 answers to a whole row: 0x2A0.
        bench[CR] = FSTPG;
        Feed(bench, Page5 - 2048, 64);
        Assert.Equal(FASTERR | PGSERR | PGAERR, bench.Refusals());
        Assert.Equal(uint.MaxValue, bench.Board[Page5 - 2048]);

        Assert.Equal(0u, Row(bench, Page5));
        Assert.Equal(0u, Row(bench, Page5 + 0x700));
        bench.EraseAll();
        Assert.Equal(0u, Row(bench, Page0));
        Assert.Equal(0u, Row(bench, Page5));
    }

    [Fact]
    public void An_erase_of_the_other_bank_of_a_G0_counts_as_the_last()
    {
        var bench = Fast("STM32G0B1RE");
        bench.ErasePage(5);
        bench.UntilIdle();
        bench.ErasePage(5, G0BKER);
        bench.UntilIdle();
        Assert.Equal(PGAERR | FASTERR, Row(bench, Page5, 1));
        Assert.Equal(0u, Row(bench, Page5 + 0x4_0000));
    }

    [Theory]
    [InlineData("STM32L476RG")]
    [InlineData("STM32G071RB")]
    public void A_reset_forgets_the_erase_and_a_double_word_does_not(string part)
    {
        var bench = Erased(part);
        bench.Program(Page5, 1, 2);
        Assert.Equal(0u, Row(bench, Page0));
        bench.Board.PulseReset();
        Assert.Equal(PGSERR, Row(bench.Unlocked().Clocked(), Page0 + 512));
    }

    [Theory]
    [InlineData("STM32L476RG", 50)]
    [InlineData("STM32G474RE", 50)]
    [InlineData("STM32G071RB", 20)]
    [InlineData("STM32C031C6", 20)]
    public void A_double_word_that_comes_late_misses_the_row(string part, int microseconds)
    {
        var bench = Erased(part);
        bench[CR] = FSTPG | EOPIE;
        Feed(bench, Page0, 6);
        bench.Board.Wait((microseconds * 1000) - 1);
        Feed(bench, Page0 + 24, 2, 6);
        bench.Board.Wait((microseconds * 1000) - 1);
        Assert.Equal(BSY, bench[SR] & (BSY | MISERR | FASTERR));
        bench.Board.Wait(1);

        // It is told at once, not when the word comes at last; the end of a failed operation is no EOP.
        Assert.Equal(MISERR | FASTERR, bench[SR]);
        bench.Board[Page0 + 32] = 8;
        Assert.Equal(MISERR | FASTERR | PGSERR, bench.Refusals());
        bench.Board[Page0 + 32] = 8;
        Assert.Equal(PGAERR | FASTERR, bench.Refusals());

        // What came in time is in the cells.
        Assert.Equal(7u, bench.Board[Page0 + 28]);
        Assert.Equal(uint.MaxValue, bench.Board[Page0 + 32]);
        Assert.Equal(0u, Row(bench, Page0 + 512));
    }

    [Fact]
    public void Both_words_have_to_come_in_time()
    {
        var bench = Erased("STM32G071RB");
        bench[CR] = FSTPG;
        Feed(bench, Page0, 2);
        bench.Board.Wait(13_000);
        bench.Board[Page0 + 8] = 2;
        bench.Board.Wait(13_000);
        bench.Board[Page0 + 12] = 3;
        Assert.Equal(MISERR | FASTERR | PGSERR, bench.Refusals());
        Assert.Equal(uint.MaxValue, bench.Board[Page0 + 8]);
    }

    [Fact]
    public void CR_cannot_be_written_in_a_row_before_the_row_has_missed_its_word()
    {
        var bench = Erased("STM32L476RG");
        bench[CR] = FSTPG;
        Feed(bench, Page0, 2);
        var before = bench.Board.Now;
        bench[CR] = 0;
        Assert.Equal(50_000, bench.Board.Now - before);
        Assert.Equal(MISERR | FASTERR, bench.Refusals());
    }

    [Theory]
    [InlineData(0x00u)]
    [InlineData(0x08u)]
    [InlineData(0x18u)]
    public void A_word_of_another_place_ends_the_row(uint next)
    {
        var bench = Erased("STM32G071RB");
        bench[CR] = FSTPG;
        Feed(bench, Page0, 4);
        bench.Board[Page0 + next] = 0;
        Assert.Equal(PGAERR | FASTERR, bench[SR]);
        bench.Refusals();
        Assert.Equal(3u, bench.Board[Page0 + 12]);
        Assert.Equal(uint.MaxValue, bench.Board[Page0 + 24]);
    }

    [Fact]
    public void A_row_begins_where_a_row_begins()
    {
        var bench = Erased("STM32L4R5ZI");
        bench[CR] = FSTPG;
        bench.Board[Page0 + 256] = 0;
        Assert.Equal(PGAERR | FASTERR, bench.Refusals());
        Assert.Equal(0u, Row(bench, Page0 + 512, 128));
    }

    [Fact]
    public void Less_than_a_word_ends_the_row()
    {
        var bench = Erased("STM32L476RG");
        bench[CR] = FSTPG | ERRIE;
        Feed(bench, Page0, 2);
        Assert.Equal(BusStatus.Ok, bench.Board.Store(Page0 + 8, 2, 0));
        Assert.Equal(SIZERR | FASTERR | OPERR, bench[SR]);
    }

    [Theory]
    [InlineData(PG)]
    [InlineData(PER)]
    [InlineData(MER1)]
    public void Beside_FSTPG_nothing_else_is_set(uint other)
    {
        var bench = Erased("STM32L476RG");
        bench[CR] = FSTPG | other;
        bench.Board[Page0] = 0;
        Assert.Equal(PGSERR, bench.Refusals());
        bench[CR] = FSTPG | STRT;
        Assert.Equal(PGSERR, bench.Refusals());
    }

    [Fact]
    public void An_error_that_nobody_cleared_bars_the_next_row()
    {
        var bench = Erased("STM32L476RG");
        bench[CR] = FSTPG;
        bench.Board[Page0 + 8] = 0;
        bench.Board[Page0] = 0;
        Assert.Equal(PGAERR | FASTERR | PGSERR, bench.Refusals());
        Assert.Equal(0u, Row(bench, Page0));
    }

    [Theory]
    [InlineData("STM32L476RG")]
    [InlineData("STM32G071RB")]
    public void A_protected_page_takes_no_row(string part)
    {
        var bench = new DoubleWordBench(part, blank: true).OptionsUnlocked();
        bench[0x2C] = 5 | 5 << 16;
        bench.Commit();
        bench.Unlocked().Clocked();
        Assert.Equal(WRPERR | FASTERR, Row(bench, Page5, 1));
        bench[CR] = MER1 | STRT;
        Assert.Equal(WRPERR, bench.Refusals());
        Assert.Equal(PGSERR, Row(bench, Page0));
    }

    [Fact]
    public void Rows_do_not_look_whether_the_cells_are_erased()
    {
        var bench = Erased("STM32G071RB");
        bench.Program(Page0 + 8, 0xFFFF_0FFF, 0xFFFF_FFFF);
        bench.Program(Page0 + 16, 4, 5);
        Assert.Equal(0u, Row(bench, Page0));
        var cells = bench.Board.Model.Cells;
        Assert.Equal(2u & 0xFFFF_0FFF, BitConverter.ToUInt32(cells.Bytes, 8));
        Assert.True(cells.IsBroken(8, 8));
        Assert.False(cells.IsBroken(16, 8)); // the same once more
        Assert.False(cells.IsBroken(24, 8));

        bench[CR] = FSTPG;
        for (var i = 0u; i < 64; i++)
        {
            bench.Board[Page0 + (4 * i)] = 0;
        }

        bench.UntilIdle();
        Assert.Equal(0u, bench.Refusals());
        Assert.False(cells.IsBroken(32, 8)); // zeros go over anything
        Assert.Equal(0u, BitConverter.ToUInt32(cells.Bytes, 32));
    }

    [Fact]
    public void Below_8_MHz_the_counter_of_the_high_voltage_ends_the_row()
    {
        var bench = new DoubleWordBench("STM32L476RG").Unlocked();
        bench.EraseAll();
        bench[CR] = FSTPG;
        Feed(bench, Page0, 64);
        Assert.InRange(bench.UntilIdle(), 6_990_000, 7_020_000);
        Assert.Equal(FASTERR, bench.Refusals());
        Assert.Equal(61u, bench.Board[Page0 + (4 * 61)]);
        Assert.Equal(uint.MaxValue, bench.Board[Page0 + (4 * 62)]);
    }

    [Fact]
    public void Eight_MHz_is_enough()
    {
        var bench = new DoubleWordBench("STM32L476RG").Unlocked();
        bench.Board[0x4002_1000] = 0x79;
        Assert.Equal(8, 1_000_000 / bench.Board.Chip.HclkPicoseconds);
        bench.EraseAll();
        Assert.Equal(0u, Row(bench, Page0));
    }

    [Fact]
    public void A_reset_in_a_row_leaves_one_broken_double_word()
    {
        var bench = Erased("STM32G071RB");
        bench[CR] = FSTPG;
        Feed(bench, Page0, 64);
        bench.Board.Wait(850_000);
        bench.Board.Chip.DriveReset(true, bench.Board.Now);
        var cells = bench.Board.Model.Cells;
        Assert.Equal(31u, BitConverter.ToUInt32(cells.Bytes, 31 * 4));
        Assert.False(cells.IsBroken(15 * 8, 8));
        Assert.True(cells.IsBroken(16 * 8, 8));
        Assert.True(cells.IsErased(17 * 8, 8));
    }

    [Fact]
    public void A_reset_in_a_row_that_has_hardly_begun_keeps_what_had_come()
    {
        var bench = Erased("STM32L476RG");
        bench[CR] = FSTPG;
        Feed(bench, Page0, 2);
        bench.Board.Wait(10_000);
        bench.Board.PulseReset();
        var cells = bench.Board.Model.Cells;
        Assert.True(cells.IsBroken(0, 8));
        Assert.True(cells.IsErased(8, 8));
        Assert.Equal(0u, bench[SR]);
    }

    [Fact]
    public void Rows_are_for_the_main_memory()
    {
        var bench = Erased("STM32G071RB");
        bench[CR] = FSTPG;
        bench.Board[0x1FFF_7000] = 0;
        Assert.Equal(PGSERR, bench.Refusals());
    }

    [Fact]
    public void A_chip_that_ignores_commands_ignores_rows()
    {
        var bench = new DoubleWordBench("STM32G071RB", BoardPhysics.With("flash-ignores-commands").Chip, blank: true).Unlocked();
        bench[CR] = MER1 | STRT;
        Assert.Equal(PGSERR, Row(bench, Page0));
    }

    private static DoubleWordBench Fast(string part) => new DoubleWordBench(part, blank: true).Unlocked().Clocked();

    private static DoubleWordBench Erased(string part)
    {
        var bench = Fast(part);
        bench.EraseAll();
        return bench;
    }

    /// <summary>Words that count up, without time in between.</summary>
    private static void Feed(DoubleWordBench bench, uint at, int words, uint first = 0)
    {
        for (var i = 0u; i < words; i++)
        {
            bench.Board[at + (4 * i)] = first + i;
        }
    }

    /// <summary>The refusals that a row, or its first words, meets; CR is clear afterwards.</summary>
    private static uint Row(DoubleWordBench bench, uint at, int? words = null)
    {
        bench.Refusals();
        bench[CR] = FSTPG;
        Feed(bench, at, words ?? (bench.Board.Device.Flash.Burst ?? 256) / 4);
        bench.UntilIdle();
        bench[CR] = 0;
        return bench.Refusals();
    }
}
