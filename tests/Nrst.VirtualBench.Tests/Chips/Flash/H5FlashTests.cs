using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class H5FlashTests
{
    private const uint NSKEYR = 0x04, OPTKEYR = 0x0C, OPSR = 0x18, OPTCR = 0x1C, NSSR = 0x20, NSCR = 0x28, NSCCR = 0x30;
    private const uint OPTSR_CUR = 0x50, OPTSR_PRG = 0x54, ECCDETR = 0x104, WRP1R_PRG = 0xEC;
    private const uint LOCK = 1, PG = 2, SER = 4, BER = 8, FW = 16, STRT = 32, MER = 1 << 15, BKSEL = 1u << 31;
    private const uint BSY = 1, WBNE = 2, EOP = 1 << 16, WRPERR = 1 << 17, PGSERR = 1 << 18, STRBERR = 1 << 19, INCERR = 1 << 20, OPTCHANGEERR = 1 << 23;
    private const uint OPTLOCK = 1, OPTSTRT = 2, SWAP_BANK = 1u << 31;
    private const uint FlashAt = 0x0800_0000;

    [Fact]
    public void Every_bit_of_the_H56x_is_accounted_for() => RegistersOfTheManual.Compare(
        "STM32H563ZI", "h5", "stm32h563xx",
        absent: new Dictionary<string, uint> { ["ECCCORR"] = 1u << 31, ["ECCDETR"] = 1u << 30 | 1u << 25 },
        groups: Groups);

    [Fact]
    public void Every_bit_of_the_H503_is_accounted_for() => RegistersOfTheManual.Compare(
        "STM32H503RB", "h5", "stm32h503xx",
        absent: new Dictionary<string, uint> { ["ECCCORR"] = 1u << 31, ["ECCDETR"] = 1u << 30 | 1u << 25 },
        groups: Groups);

    [Fact]
    public void Every_bit_of_the_C5_is_accounted_for() => RegistersOfTheManual.Compare("STM32C562RE", "c5", "stm32c562xx");

    [Theory]
    [InlineData("STM32H503RB")]
    [InlineData("STM32H523CC")]
    [InlineData("STM32H563ZI")]
    [InlineData("STM32C551CC")]
    [InlineData("STM32C562RE")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = Bench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0x4402_4000] & 0xFFF);
        Assert.Equal(BusStatus.Ok, bench.Load(bench.Device.Flash.Size.At.Value, 2, out var size));
        Assert.Equal((uint)bench.Part.FlashKiB, size);
        Assert.Equal(0x410F_D213u, bench[0xE000_ED00]);
        Assert.Equal(bench.Device.ResetHertz, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(FlashAt, bench[0xE000_ED08]);

        // AP0 is the debug bus, with nothing on it but the debug components.
        var debug = new FlashBench(part, ap: 0, halt: false);
        Assert.Equal(bench.Device.DeviceId, debug[0xE004_4000] & 0xFFF);
        Assert.Equal(BusStatus.Error, debug.Load(FlashAt, 4, out _));
    }

    [Fact]
    public void Locked_it_takes_no_command()
    {
        var bench = Bench("STM32H563ZI");
        Assert.Equal(LOCK, bench.Register(NSCR));
        bench.Register(NSCR, SER | STRT);
        Assert.Equal(LOCK, bench.Register(NSCR));
        Assert.Equal(0u, bench.Register(NSSR));
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
    }

    [Fact]
    public void A_wrong_key_or_the_right_ones_twice_lock_until_the_next_reset()
    {
        var bench = Bench("STM32H563ZI");
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2004, 4, 0x1234_5678));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2004, 4, 0x4567_0123));
        bench.PulseReset();
        Unlock(bench);
        bench.Register(NSKEYR, 0x4567_0123);
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2004, 4, 0xCDEF_89AB));
        Assert.Equal(LOCK, bench.Register(NSCR) & LOCK);
    }

    [Fact]
    public void A_quad_word_is_programmed_when_it_is_complete()
    {
        var bench = Unlocked("STM32H563ZI");
        bench.Register(NSCR, PG);
        for (var at = 0u; at < 16; at += 4)
        {
            Assert.Equal(at == 0 ? 0 : WBNE, bench.Register(NSSR));
            bench[FlashAt + 0x8000 + at] = 0x1122_3300 + at;
        }

        Assert.Equal(BSY, bench.Register(NSSR));
        Assert.InRange(bench.UntilClear(NSSR, BSY), 30_000, 33_000);
        Assert.Equal(EOP, bench.Register(NSSR));
        bench.Register(NSCCR, EOP);
        Assert.Equal(0u, bench.Register(NSSR));
        Assert.Equal(0x1122_3308u, bench[FlashAt + 0x8008]);
        // The same cells where a secure world would see them.
        Assert.Equal(0x1122_3308u, bench[0x0C00_8008]);
    }

    [Fact]
    public void A_part_of_a_word_can_be_forced_and_cannot_be_completed_later()
    {
        var bench = Unlocked("STM32H563ZI");
        bench.Register(NSCR, PG);
        bench[FlashAt + 0x10_0010] = 0x1122_3344;
        bench.Register(NSCR, PG | FW);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x10_0014]);
        bench[FlashAt + 0x10_0014] = 0x5566_7788;
        bench.Register(NSCR, PG | FW);
        bench.UntilClear(NSSR, BSY);

        // A double error is an NMI, not a bus fault.
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x10_0010, 4, out _));
        Assert.Equal(1u << 31 | 1 << 22 | 1, bench.Register(ECCDETR));
        Assert.Equal(1u << 31, bench[0xE000_ED04] & 1u << 31);
        bench.Register(ECCDETR, 1u << 31);
        Assert.Equal(0u, bench.Register(ECCDETR));
    }

    [Fact]
    public void It_refuses_what_the_manual_says()
    {
        var bench = Unlocked("STM32H563ZI");
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGSERR, Refusals(bench));
        bench.Register(NSCR, PG);
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(STRBERR, Refusals(bench));
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8010] = 0;
        Assert.Equal(INCERR, Refusals(bench));
        Assert.Equal(0u, bench.Register(NSSR) & WBNE);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000]);

        foreach (var kinds in (uint[])[0, SER | MER, BER | MER, SER | BER])
        {
            bench.Register(NSCR, kinds | STRT);
            Assert.Equal(PGSERR, Refusals(bench));
        }

        Assert.Equal(0x2000_0800u, bench[FlashAt]);
    }

    [Theory]
    [InlineData("STM32H563ZI", 0x10_0000u)]
    [InlineData("STM32H503RB", 0x1_0000u)]
    [InlineData("STM32C562RE", 0x4_0000u)]
    public void A_sector_of_the_chosen_bank_is_erased(string part, uint second)
    {
        var bench = Unlocked(part);
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(NSCR, SER | BKSEL | 3 << 6);
        bench.Register(NSCR, SER | BKSEL | 3 << 6 | STRT);
        Assert.Equal(BSY, bench.Register(NSSR));
        // The other bank can be read meanwhile.
        var before = bench.Now;
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt]);
        Assert.Equal(before, bench.Now);
        Assert.InRange(bench.UntilClear(NSSR, BSY), 1_900_000, 2_100_000);
        Assert.Equal(0u, bench.Register(NSCR) & STRT);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + second + 0x5FFC]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + second + 0x6000]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + second + 0x7FFC]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + second + 0x8000]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + 0x6000]);
    }

    [Fact]
    public void A_bank_or_everything_is_erased()
    {
        var bench = Unlocked("STM32H523CC");
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(NSCR, BER | BKSEL | STRT);
        Assert.InRange(bench.UntilClear(NSSR, BSY), 31_000_000, 33_000_000);
        Assert.False(bench.Chip.Flash[..0x2_0000].ContainsAnyExcept((byte)0x5A));
        Assert.False(bench.Chip.Flash[0x2_0000..].ContainsAnyExcept((byte)0xFF));
        bench.Register(NSCR, MER | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void A_protected_group_of_sectors_takes_neither_words_nor_erases()
    {
        var bench = Unlocked("STM32H563ZI");
        OpenOptions(bench);
        bench.Register(WRP1R_PRG, ~2u);
        Commit(bench);
        bench.Register(NSCR, PG);
        WriteWord(bench, FlashAt + 0x8000, 0);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR, SER | 7 << 6 | STRT);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR, MER | STRT);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR, SER | 8 << 6 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
    }

    [Fact]
    public void The_banks_are_exchanged_after_a_reset_and_BKSEL_stays_with_the_bank()
    {
        var bench = Unlocked("STM32H563ZI");
        bench.Chip.Flash[0x10_0000] = 0x22;
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, bench.Register(OPTSR_CUR) | SWAP_BANK);
        Commit(bench);
        Assert.Equal(0u, bench.Register(OPTCR) & SWAP_BANK);
        bench.PulseReset();
        Assert.Equal(SWAP_BANK, bench.Register(OPTCR) & SWAP_BANK);
        Assert.Equal(0xFFFF_FF22u, bench[FlashAt]);
        Unlock(bench);
        bench.Register(NSCR, SER | BKSEL | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.Equal(0x2000_0800u, bench[FlashAt + 0x10_0000]);
    }

    [Fact]
    public void Options_need_their_keys_and_a_state_once_left_does_not_come_back()
    {
        var bench = Unlocked("STM32H563ZI");
        var open = bench.Register(OPTSR_CUR);
        Assert.Equal(0xEDu, open >> 8 & 0xFF);
        bench.Register(OPTSR_PRG, open ^ 4);
        Assert.Equal(open, bench.Register(OPTSR_PRG));
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, (open & ~0xFF00u) | 0x1700);
        Commit(bench);
        Assert.Equal(0x17u, bench.Register(OPTSR_CUR) >> 8 & 0xFF);

        bench.Register(OPTSR_PRG, open);
        bench.Register(OPTCR, OPTSTRT);
        Assert.Equal(OPTCHANGEERR, bench.Register(NSSR) & OPTCHANGEERR);
        // Nothing starts until the error is cleared.
        bench.Register(OPTSR_PRG, ((open & ~0xFF00u) | 0x1700) ^ 4);
        bench.Register(OPTCR, OPTSTRT);
        Assert.Equal(0u, bench.Register(NSSR) & BSY);
        bench.Register(NSCCR, OPTCHANGEERR);
        Commit(bench);
        Assert.Equal(4u, (bench.Register(OPTSR_CUR) ^ open) & 4);
    }

    [Fact]
    public void A_closed_chip_leaves_a_debugger_the_port_for_asking_and_no_other()
    {
        var bench = Unlocked("STM32H563ZI");
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, (bench.Register(OPTSR_CUR) & ~0xFF00u) | 0x7200);
        Commit(bench);
        Assert.NotNull(bench.Chip.Swd?.Port(1));
        bench.PulseReset();
        Assert.NotNull(bench.Chip.Swd?.Port(0));
        Assert.Null(bench.Chip.Swd?.Port(1));
    }

    [Fact]
    public void What_a_reset_cuts_off_stands_in_OPSR_until_the_next()
    {
        var bench = Unlocked("STM32H563ZI");
        bench.Register(NSCR, SER | BKSEL | 5 << 6 | STRT);
        bench.Wait(100_000);
        bench.PulseReset();
        Assert.Equal(3u << 29 | 1 << 22 | 0xA000 / 16, bench.Register(OPSR));
        bench.PulseReset();
        Assert.Equal(0u, bench.Register(OPSR));

        Unlock(bench);
        bench.Register(NSCR, PG);
        WriteWord(bench, FlashAt + 0x8000, 1, wait: false);
        bench.Wait(1_000);
        bench.PulseReset();
        Assert.Equal(1u << 29 | 0x8000 / 16, bench.Register(OPSR));
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x8000, 4, out _));
        Assert.Equal(1u << 31 | 0x8000 / 16, bench.Register(ECCDETR));
    }

    [Fact]
    public void One_time_half_words_are_written_as_half_words()
    {
        var bench = Unlocked("STM32H563ZI");
        bench.Register(NSCR, PG);
        Assert.Equal(BusStatus.Ok, bench.Store(0x08FF_F000, 4, 0));
        Assert.Equal(INCERR, Refusals(bench));
        Assert.Equal(BusStatus.Ok, bench.Store(0x08FF_F002, 2, 0x1234));
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0x1234_FFFFu, bench[0x08FF_F000]);
    }

    [Fact]
    public void One_bank_of_the_C5_numbers_its_pages_through()
    {
        var bench = Unlocked("STM32C562RE");
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, bench.Register(OPTSR_CUR) | 1 << 30);
        Commit(bench);
        bench.PulseReset();
        bench.Chip.Flash.Fill(0x5A);
        Unlock(bench);
        bench.Register(NSCR, SER | 40 << 6 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt + (40 * 0x2000)]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + (41 * 0x2000)]);
    }

    private static readonly Dictionary<string, string> Groups = new()
    {
        ["ECCCORR"] = "ECCR", ["ECCDETR"] = "ECCR", ["NSSR"] = "SR", ["SECSR"] = "SR", ["NSCR"] = "CR", ["SECCR"] = "CR", ["NSCCR"] = "CCR", ["SECCCR"] = "CCR",
    };

    private static FlashBench Bench(string part) => new(part, ap: 1);

    private static FlashBench Unlocked(string part)
    {
        var bench = Bench(part);
        Unlock(bench);
        return bench;
    }

    private static void Unlock(FlashBench bench)
    {
        bench.Register(NSKEYR, 0x4567_0123);
        bench.Register(NSKEYR, 0xCDEF_89AB);
        Assert.Equal(0u, bench.Register(NSCR) & LOCK);
    }

    private static void OpenOptions(FlashBench bench)
    {
        Assert.Equal(OPTLOCK, bench.Register(OPTCR) & OPTLOCK);
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        Assert.Equal(0u, bench.Register(OPTCR) & OPTLOCK);
    }

    private static void Commit(FlashBench bench)
    {
        bench.Register(OPTCR, OPTSTRT);
        Assert.Equal(BSY, bench.Register(NSSR) & BSY);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, bench.Register(NSSR) & OPTCHANGEERR);
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
        var flags = bench.Register(NSSR) & 0x00FE_0000;
        bench.Register(NSCCR, 0x00FF_0000);
        return flags;
    }
}
