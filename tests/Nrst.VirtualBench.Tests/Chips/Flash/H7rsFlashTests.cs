using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class H7rsFlashTests
{
    private const string Part = "STM32H7S7L8";
    private const uint KEYR = 0x04, CR = 0x10, SR = 0x14, ISR = 0x24, ICR = 0x28, ECCDFADDR = 0x44, OPTKEYR = 0x100, OPTCR = 0x104, OPTISR = 0x108, OPTICR = 0x10C;
    private const uint LOCK = 1, PG = 2, SER = 4, BER = 8, FW = 16, START = 32;
    private const uint BUSY = 1, WBNE = 2, QW = 4, IS_PROGRAM = 16, IS_ERASE = 32, IS_OPTCHANGE = 64;
    private const uint EOPF = 1 << 16, WRPERRF = 1 << 17, PGSERRF = 1 << 18, STRBERRF = 1 << 19, INCERRF = 1 << 21, DBECCERRF = 1 << 26;
    private const uint FlashAt = 0x0800_0000;

    [Fact]
    public void Every_bit_of_the_block_is_accounted_for() => RegistersOfTheManual.Compare(Part, "h7rs", "stm32h7s7xx");

    [Fact]
    public void It_is_the_chip_it_says()
    {
        var bench = new FlashBench(Part, ap: 1);
        Assert.Equal(0x485u, bench[0x5C00_1000] & 0xFFF);
        Assert.Equal(BusStatus.Ok, bench.Load(0x08FF_F80C, 2, out var size));
        Assert.Equal(64u, size);
        Assert.Equal(0xC27u, bench[0xE000_ED00] >> 4 & 0xFFF);
        Assert.Equal(64_000_000.0, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);
    }

    [Fact]
    public void A_wrong_key_or_the_right_ones_twice_lock_until_the_next_reset()
    {
        var bench = Unlocked();
        bench.Register(KEYR, 0x4567_0123);
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2004, 4, 0xCDEF_89AB));
        Assert.Equal(LOCK, bench.Register(CR) & LOCK);
        bench.PulseReset();
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2004, 4, 1));
        bench.Register(CR, SER | START);
        Assert.Equal(0u, bench.Register(SR));
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
    }

    [Fact]
    public void A_quad_word_is_programmed_when_it_is_complete()
    {
        var bench = Unlocked();
        bench.Register(CR, PG);
        for (var at = 0u; at < 16; at += 4)
        {
            Assert.Equal(at == 0 ? 0 : WBNE, bench.Register(SR));
            bench[FlashAt + 0x8000 + at] = 0x1122_3300 + at;
        }

        Assert.Equal(BUSY | QW | IS_PROGRAM, bench.Register(SR));
        Assert.InRange(bench.UntilClear(SR, QW), 30_000, 33_000);
        Assert.Equal(EOPF, bench.Register(ISR));
        bench.Register(ICR, WRPERRF);
        Assert.Equal(EOPF, bench.Register(ISR));
        bench.Register(ICR, EOPF);
        Assert.Equal(0u, bench.Register(ISR));
        Assert.Equal(0x1122_3308u, bench[FlashAt + 0x8008]);

        // What was forced through half-way cannot be completed.
        bench[FlashAt + 0x9000] = 1;
        bench.Register(CR, PG | FW);
        bench.UntilClear(SR, QW);
        bench[FlashAt + 0x9004] = 1;
        bench.Register(CR, PG | FW);
        bench.UntilClear(SR, QW);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x9000, 4, out _));
        Assert.Equal(DBECCERRF, bench.Register(ISR) & DBECCERRF);
        Assert.Equal(0x9000u, bench.Register(ECCDFADDR));
    }

    [Fact]
    public void It_refuses_what_the_manual_says()
    {
        var bench = Unlocked();
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGSERRF, Refusals(bench));
        bench.Register(CR, PG);
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(STRBERRF, Refusals(bench));
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8010] = 0;
        Assert.Equal(INCERRF, Refusals(bench));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000]);
    }

    [Fact]
    public void A_sector_is_erased_and_a_bank_erase_goes_before_it()
    {
        var bench = Unlocked();
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, SER | 3 << 6 | START);
        Assert.Equal(BUSY | QW | IS_ERASE, bench.Register(SR));
        Assert.InRange(bench.UntilClear(SR, QW), 1_900_000, 2_100_000);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + 0x5FFC]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x6000]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + 0x8000]);
        bench.Register(CR, BER | SER | START);
        bench.UntilClear(SR, QW);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void An_option_is_programmed_as_soon_as_it_is_written()
    {
        var bench = Unlocked();
        bench.Register(0x21C, 0xFD);
        Assert.Equal(0xFFu, bench.Register(0x21C));
        OpenOptions(bench);
        bench.Register(0x21C, 0xFD);
        Assert.Equal(0xFFu, bench.Register(0x21C));
        bench.Register(OPTCR, 2);
        bench.Register(0x21C, 0xFD);
        Assert.Equal(BUSY | QW | IS_OPTCHANGE, bench.Register(SR));
        Assert.Equal(0xFFu, bench.Register(0x218));
        bench.UntilClear(SR, QW);
        Assert.Equal(0xFDu, bench.Register(0x218));
        bench.Register(ICR, EOPF);
        bench.Register(CR, SER | 1 << 6 | START);
        Assert.Equal(WRPERRF, Refusals(bench));
        bench.Register(CR, BER | START);
        Assert.Equal(WRPERRF, Refusals(bench));
        bench.Register(CR, PG);
        for (var at = 0u; at < 16; at += 4)
        {
            bench[FlashAt + 0x2000 + at] = 0;
        }

        Assert.Equal(WRPERRF, Refusals(bench));
    }

    [Fact]
    public void A_closed_chip_lets_no_debugger_in()
    {
        var bench = Unlocked();
        OpenOptions(bench);
        bench.Register(OPTCR, 2);
        bench.Register(0x204, 0x51);
        bench.UntilClear(SR, QW);
        bench.Register(0x204, 0xB4);
        Assert.Equal(1u << 30, bench.Register(OPTISR));
        bench.Register(OPTICR, 1u << 30);
        Assert.Equal(0u, bench.Register(OPTISR));
        bench.PulseReset();
        Assert.Null(bench.Chip.Swd);
    }

    private static FlashBench Unlocked()
    {
        var bench = new FlashBench(Part, ap: 1);
        bench.Register(KEYR, 0x4567_0123);
        bench.Register(KEYR, 0xCDEF_89AB);
        Assert.Equal(0u, bench.Register(CR) & LOCK);
        return bench;
    }

    private static void OpenOptions(FlashBench bench)
    {
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        Assert.Equal(0u, bench.Register(OPTCR) & 1);
    }

    /// <summary>The refusals that are up; clears them.</summary>
    private static uint Refusals(FlashBench bench)
    {
        var flags = bench.Register(ISR) & 0x1FFE_0000;
        bench.Register(ICR, 0x1FFF_0000);
        return flags;
    }
}
