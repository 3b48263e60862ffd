using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class WbaFlashTests
{
    private const uint NSKEYR = 0x08, OPTKEYR = 0x10, NSSR = 0x20, NSCR1 = 0x28, ECCR = 0x30, OPSR = 0x34, OPTR = 0x40, WRPAR = 0x58;
    private const uint PG = 1, PER = 2, MER1 = 4, BKER = 1 << 11, BWR = 1 << 14, MER2 = 1 << 15, STRT = 1 << 16, OPTSTRT = 1 << 17;
    private const uint EOPIE = 1 << 24, ERRIE = 1 << 25, OBL_LAUNCH = 1 << 27, OPTLOCK = 1 << 30, LOCK = 1u << 31;
    private const uint EOP = 1, OPERR = 2, PROGERR = 8, WRPERR = 16, PGAERR = 32, SIZERR = 64, PGSERR = 128, OPTWERR = 1 << 13, BSY = 1 << 16, WDW = 1 << 17;
    private const uint FlashAt = 0x0800_0000, SecondAt = 0x0810_0000;

    [Theory]
    [InlineData("STM32WBA52CG", "wba5", "stm32wba52xx")]
    [InlineData("STM32WBA55CG", "wba5", "stm32wba55xx")]
    [InlineData("STM32WBA65CI", "wba6", "stm32wba65xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant) =>
        RegistersOfTheManual.Compare(part, family, variant);

    [Theory]
    [InlineData("STM32WBA52CE")]
    [InlineData("STM32WBA55CG")]
    [InlineData("STM32WBA65CI")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0xE004_4000] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[bench.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(0x410F_D213u, bench[0xE000_ED00]);
        Assert.Equal(bench.Device.ResetHertz, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(FlashAt, bench[0xE000_ED08]);
    }

    [Fact]
    public void Locked_it_takes_no_command_and_a_wrong_key_locks_for_good()
    {
        var bench = new FlashBench("STM32WBA65CI");
        Assert.Equal(LOCK | OPTLOCK, bench.Register(NSCR1));
        bench.Register(NSCR1, PER | STRT);
        Assert.Equal(LOCK | OPTLOCK, bench.Register(NSCR1));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2008, 4, 1));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2008, 4, 0x4567_0123));
        bench.PulseReset();
        Unlock(bench);
        Assert.Equal(OPTLOCK, bench.Register(NSCR1));
    }

    [Fact]
    public void A_quad_word_takes_its_time_and_is_there()
    {
        var bench = Unlocked("STM32WBA65CI");
        bench.Register(NSCR1, PG | EOPIE);
        for (var at = 0u; at < 16; at += 4)
        {
            Assert.Equal(at == 0 ? 0 : WDW, bench.Register(NSSR));
            bench[FlashAt + 0x8000 + at] = 0x1122_3300 + at;
        }

        Assert.Equal(BSY, bench.Register(NSSR));
        Assert.InRange(bench.UntilClear(NSSR, BSY), 116_000, 121_000);
        Assert.Equal(EOP, bench.Register(NSSR));
        Assert.Equal(0x1122_3308u, bench[FlashAt + 0x8008]);
        Assert.Equal(0x1122_3308u, bench[0x0C00_8008]);
    }

    [Fact]
    public void A_burst_is_eight_quad_words_at_once()
    {
        var bench = Unlocked("STM32WBA52CG");
        bench.Register(NSCR1, PG | BWR);
        bench[FlashAt + 0x8010] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        for (var at = 0u; at < 128; at += 4)
        {
            bench[FlashAt + 0x8000 + at] = at;
        }

        Assert.InRange(bench.UntilClear(NSSR, BSY), 380_000, 390_000);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0x7Cu, bench[FlashAt + 0x807C]);
    }

    [Fact]
    public void A_burst_is_refused_for_any_of_its_quad_words()
    {
        var bench = Unlocked("STM32WBA52CG");
        bench.Register(NSCR1, PG);
        WriteWord(bench, FlashAt + 0x8070, 1);
        bench.Register(NSCR1, BWR);
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGSERR, Refusals(bench));

        Burst(bench, 0x8000);
        Assert.Equal(PROGERR, Refusals(bench));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000]);
        bench[FlashAt + 0x8080] = 0;
        bench[FlashAt + 0x8088] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x8080, 1, 0));
        Assert.Equal(SIZERR, Refusals(bench));

        // A burst can be slow: it is programmed when it is complete.
        bench[FlashAt + 0x8080] = 0;
        bench.Wait(10_000_000);
        Assert.Equal(WDW, bench.Register(NSSR));
        for (var at = 4u; at < 128; at += 4)
        {
            bench[FlashAt + 0x8080 + at] = at;
        }

        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0x7Cu, bench[FlashAt + 0x80FC]);
    }

    [Fact]
    public void Nothing_else_is_begun_while_words_wait()
    {
        var bench = Unlocked("STM32WBA52CG");
        bench.Register(NSCR1, PG | BWR);
        bench[FlashAt + 0x8000] = 0;
        bench.Register(NSCR1, PER | 4 << 3 | STRT);
        Assert.Equal(PGSERR, Refusals(bench));
        Assert.Equal(0u, bench.Register(NSSR));
        bench.Register(NSCR1, PER | 4 << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
    }

    [Fact]
    public void A_reset_in_a_burst_leaves_one_broken_quad_word_and_says_so()
    {
        var bench = Unlocked("STM32WBA52CG");
        Burst(bench, 0x8000);
        bench.Wait(4 * 48_000);
        bench.PulseReset();
        var cells = bench.Model.Cells;
        Assert.Equal(0x38u, BitConverter.ToUInt32(cells.Bytes, 0x8038));
        Assert.False(cells.IsBroken(0x8030, 16));
        Assert.True(cells.IsBroken(0x8040, 16));
        Assert.True(cells.IsErased(0x8050, 16));
        Assert.Equal(2u << 29 | 0x8000, bench.Register(OPSR));
    }

    [Fact]
    public void A_burst_can_go_into_the_one_time_programmable_words()
    {
        const uint otp = 0x0BF9_0000;
        var bench = Unlocked("STM32WBA52CG");
        Assert.Contains(bench.Device.OtherMemories, memory => memory.Range.Start.Value == otp);
        bench.Register(NSCR1, PG | BWR);
        bench[otp + 0x10] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        for (var at = 0u; at < 128; at += 4)
        {
            bench[otp + at] = at;
        }

        Assert.InRange(bench.UntilClear(NSSR, BSY), 380_000, 390_000);
        Assert.Equal(0x7Cu, bench[otp + 0x7C]);
    }

    private static void Burst(FlashBench bench, uint offset)
    {
        bench.Register(NSCR1, PG | BWR);
        for (var at = 0u; at < 128; at += 4)
        {
            bench[FlashAt + offset + at] = at;
        }
    }

    [Fact]
    public void It_refuses_what_the_manual_says()
    {
        var bench = Unlocked("STM32WBA65CI");
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGSERR, Refusals(bench));
        bench.Register(NSCR1, PG);
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x8000, 2, 0));
        Assert.Equal(SIZERR, Refusals(bench));
        bench[FlashAt + 0x8004] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8008] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        Assert.Equal(0u, bench.Register(NSSR) & WDW);

        WriteWord(bench, FlashAt + 0x8000, 0xFFFF_FFFE);
        WriteWord(bench, FlashAt + 0x8000, 0xFFFF_FFFC);
        Assert.Equal(PROGERR, Refusals(bench));
        WriteWord(bench, FlashAt + 0x8000, 0);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0u, bench[FlashAt + 0x8000]);

        bench.Register(NSCR1, ERRIE | STRT);
        Assert.Equal(PGSERR | OPERR, bench.Register(NSSR));
        // An error nobody cleared makes the next operation fail.
        bench.Register(NSSR, OPERR);
        bench.Register(NSCR1, PER | 4 << 3 | STRT);
        Assert.Equal(0u, bench.Register(NSSR) & BSY);
        Assert.Equal(PGSERR, Refusals(bench));
    }

    [Fact]
    public void A_page_of_the_chosen_bank_is_erased()
    {
        var bench = Unlocked("STM32WBA65CI");
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(NSCR1, PER | BKER | 3 << 3 | STRT);
        var before = bench.Now;
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt]);
        Assert.Equal(before, bench.Now);
        Assert.InRange(bench.UntilClear(NSSR, BSY), 1_400_000, 1_600_000);
        Assert.Equal(0x5A5A_5A5Au, bench[SecondAt + 0x5FFC]);
        Assert.Equal(uint.MaxValue, bench[SecondAt + 0x6000]);
        Assert.Equal(0x5A5A_5A5Au, bench[SecondAt + 0x8000]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + 0x6000]);
        bench.Register(NSCR1, MER2 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash[..0x10_0000].ContainsAnyExcept((byte)0x5A));
        Assert.False(bench.Chip.Flash[0x10_0000..].ContainsAnyExcept((byte)0xFF));
        bench.Register(NSCR1, MER1 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void The_last_page_of_the_one_bank_is_127()
    {
        var bench = Unlocked("STM32WBA55CG");
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(NSCR1, PER | 127 << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt + (127 * 0x2000)]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + (127 * 0x2000) - 4]);
    }

    [Fact]
    public void Options_count_when_they_are_loaded()
    {
        var bench = Unlocked("STM32WBA55CG");
        bench.Register(WRPAR, 0x8002_0001);
        Assert.Equal(0x8000_007Fu, bench.Register(WRPAR));
        OpenOptions(bench);
        bench.Register(WRPAR, 0x8002_0001);
        bench.Register(NSCR1, OPTSTRT);
        bench.UntilClear(NSSR, BSY);
        bench.Register(NSCR1, PER | 1 << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
        Launch(bench);
        Assert.Equal(0x8002_0001u, bench.Register(WRPAR));
        foreach (var page in (uint[])[1, 2])
        {
            bench.Register(NSCR1, PER | page << 3 | STRT);
            Assert.Equal(WRPERR, Refusals(bench));
        }

        bench.Register(NSCR1, MER1 | STRT);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR1, PG);
        WriteWord(bench, FlashAt + 0x2000, 0);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR1, PER | 3 << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
    }

    [Fact]
    public void An_area_without_UNLOCK_stays_until_the_read_protection_is_lifted()
    {
        var bench = Unlocked("STM32WBA55CG");
        OpenOptions(bench);
        bench.Register(WRPAR, 0x0002_0001);
        Commit(bench);
        OpenOptions(bench);
        bench.Register(WRPAR, 0x8000_007F);
        bench.Register(NSCR1, OPTSTRT);
        Assert.Equal(OPTWERR, Refusals(bench));

        bench.Register(WRPAR, 0x0002_0001);
        bench.Register(OPTR, (bench.Register(OPTR) & ~0xFFu) | 0x55);
        Commit(bench);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        OpenOptions(bench);
        bench.Register(WRPAR, 0x8000_007F);
        bench.Register(OPTR, (bench.Register(OPTR) & ~0xFFu) | 0xAA);
        Commit(bench);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.Equal(0x8000_007Fu, bench.Register(WRPAR));
    }

    [Fact]
    public void The_banks_are_exchanged_when_the_option_is_loaded()
    {
        var bench = Unlocked("STM32WBA65CI");
        bench.Chip.Flash[0x10_0000] = 0x22;
        OpenOptions(bench);
        bench.Register(OPTR, bench.Register(OPTR) | 1 << 20);
        Commit(bench);
        Assert.Equal(0xFFFF_FF22u, bench[FlashAt]);
        bench.Register(NSCR1, PER | BKER | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.Equal(0x2000_0800u, bench[SecondAt]);
    }

    [Fact]
    public void What_a_reset_cuts_off_stands_in_OPSR_and_its_words_are_broken()
    {
        var bench = Unlocked("STM32WBA65CI");
        bench.Register(NSCR1, PG);
        WriteWord(bench, SecondAt + 0x8000, 1, wait: false);
        bench.Wait(1_000);
        bench.PulseReset();
        Assert.Equal(1u << 29 | 1 << 21 | 0x8000, bench.Register(OPSR));
        Assert.Equal(BusStatus.Ok, bench.Load(SecondAt + 0x8004, 4, out _));
        Assert.Equal(1u << 31 | 1 << 21 | 0x8000, bench.Register(ECCR));
        bench.Register(ECCR, 1u << 31);
        Assert.Equal(0u, bench.Register(ECCR));
        bench.PulseReset();
        Assert.Equal(0u, bench.Register(OPSR));
    }

    private static FlashBench Unlocked(string part)
    {
        var bench = new FlashBench(part);
        Unlock(bench);
        return bench;
    }

    private static void Unlock(FlashBench bench)
    {
        bench.Register(NSKEYR, 0x4567_0123);
        bench.Register(NSKEYR, 0xCDEF_89AB);
        Assert.Equal(0u, bench.Register(NSCR1) & LOCK);
    }

    private static void OpenOptions(FlashBench bench)
    {
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        Assert.Equal(0u, bench.Register(NSCR1) & OPTLOCK);
    }

    private static void Commit(FlashBench bench)
    {
        bench.Register(NSCR1, OPTSTRT);
        bench.UntilClear(NSSR, BSY);
        Launch(bench);
    }

    private static void Launch(FlashBench bench)
    {
        bench.Register(NSCR1, OBL_LAUNCH);
        bench.Wait(1_000_000);
        bench[0xE000_EDF0] = 0xA05F_0003;
        Unlock(bench);
    }

    private static void WriteWord(FlashBench bench, uint address, uint value, bool wait = true)
    {
        for (var at = 0u; at < 16; at += 4)
        {
            bench[address + at] = value;
        }

        if (wait)
        {
            bench.UntilClear(NSSR, BSY);
        }
    }

    /// <summary>The refusals that are up; clears them.</summary>
    private static uint Refusals(FlashBench bench)
    {
        var flags = bench.Register(NSSR) & 0x20FA;
        bench.Register(NSSR, 0x20FB);
        return flags;
    }
}
