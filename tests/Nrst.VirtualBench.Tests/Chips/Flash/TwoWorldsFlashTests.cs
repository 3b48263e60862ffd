using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>What the STM32U5, STM32L5 and STM32U3 do beside what <see cref="WbaFlashTests"/> says of the same controller.</summary>
public sealed class TwoWorldsFlashTests
{
    private const uint NSKEYR = 0x08, OPTKEYR = 0x10, NSSR = 0x20, NSCR = 0x28, ECCR = 0x30, OPTR = 0x40, WRP1AR = 0x58, WRP2AR = 0x68;
    private const uint PG = 1, PER = 2, MER1 = 4, BKER = 1 << 11, BWR = 1 << 14, MER2 = 1 << 15, STRT = 1 << 16, OPTSTRT = 1 << 17;
    private const uint OBL_LAUNCH = 1 << 27, OPTLOCK = 1 << 30, LOCK = 1u << 31, SWAP_BANK = 1 << 20;
    private const uint PROGERR = 8, WRPERR = 16, PGAERR = 32, SIZERR = 64, PGSERR = 128, OPTWERR = 1 << 13, BSY = 1 << 16, WDW = 1 << 17;
    private const uint FlashAt = 0x0800_0000, VOSR = 0x4003_080C;

    public static TheoryData<string, uint> Lines => new() { { "STM32U575ZI", 16 }, { "STM32U535CB", 16 }, { "STM32U5G9ZJ", 16 }, { "STM32L552ZE", 8 }, { "STM32U385RG", 8 } };

    [Theory]
    [InlineData("STM32U575ZI", "u5", "stm32u575xx")]
    [InlineData("STM32U585AI", "u5", "stm32u585xx")]
    [InlineData("STM32U5A9NJ", "u5", "stm32u5a9xx")]
    [InlineData("STM32L562QE", "l5", "stm32l562xx")]
    [InlineData("STM32U385RG", "u3", "stm32u385xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant) =>
        RegistersOfTheManual.Compare(part, family, variant);

    [Theory]
    [InlineData("STM32U535CB")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32U5A9NJ")]
    [InlineData("STM32U5G9ZJ")]
    [InlineData("STM32L552ZC")]
    [InlineData("STM32U375CE")]
    [InlineData("STM32U3C5ZI")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0xE004_4000] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[bench.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(0x410F_D213u, bench[0xE000_ED00]);
        Assert.Equal(bench.Device.ResetHertz, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(FlashAt, bench[0xE000_ED08]);
        Assert.Equal(LOCK | OPTLOCK, bench.Register(NSCR));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_word_is_programmed_once(string part, uint width)
    {
        var bench = Unlocked(part);
        bench.Register(NSCR, PG);
        bench[FlashAt + 0x2000] = 0x1122_3344;
        Assert.Equal(part.StartsWith("STM32L5", StringComparison.Ordinal) ? 0 : WDW, bench.Register(NSSR));
        for (var at = 4u; at < width; at += 4)
        {
            bench[FlashAt + 0x2000 + at] = at;
        }

        Assert.Equal(BSY, bench.Register(NSSR));
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0x1122_3344u, bench[FlashAt + 0x2000]);
        Assert.Equal(width - 4, bench[0x0C00_2000 + width - 4]);

        WriteWord(bench, FlashAt + 0x2000, width, 0x1122_3340);
        Assert.Equal(PROGERR, Refusals(bench));
        WriteWord(bench, FlashAt + 0x2000, width, 0);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0u, bench[FlashAt + 0x2000]);

        bench[FlashAt + 0x2000 + width + 4] = 0;
        Assert.Equal(PGAERR, Refusals(bench));
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x3000, 1, 0));
        Assert.Equal(SIZERR, Refusals(bench));
        bench.Register(NSCR, 0);
        bench[FlashAt + 0x3000] = 0;
        Assert.Equal(PGSERR, Refusals(bench));
    }

    [Theory]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32U535CB")]
    [InlineData("STM32U5G9ZJ")]
    [InlineData("STM32L552ZE")]
    [InlineData("STM32U385RG")]
    [InlineData("STM32U3C5ZI")]
    public void The_last_page_of_each_bank_is_erased_by_its_number(string part)
    {
        var bench = Unlocked(part);
        bench.Chip.Flash.Fill(0x5A);
        var pages = bench.Part.Layouts[0].Sectors.ToArray();
        var inBank = (uint)pages.Length / 2;
        foreach (var (bank, last) in new[] { (0u, (int)inBank - 1), (BKER, pages.Length - 1) })
        {
            bench.Register(NSCR, PER | bank | (inBank - 1) << 3 | STRT);
            bench.UntilClear(NSSR, BSY);
            Assert.Equal(0u, Refusals(bench));
            var range = pages[last].Range;
            Assert.Equal(uint.MaxValue, bench[range.Start.Value]);
            Assert.Equal(uint.MaxValue, bench[range.Last.Value - 3]);
            Assert.Equal(0x5A5A_5A5Au, bench[range.Start.Value - 4]);
        }

        if (inBank < 128)
        {
            bench.Register(NSCR, PER | inBank << 3 | STRT);
            Assert.Equal(PGSERR, Refusals(bench));
        }

        bench.Register(NSCR, MER1 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash[..(bench.Chip.Flash.Length / 2)].ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x5A5A_5A5Au, bench[pages[inBank].Range.Start.Value]);
        bench.Register(NSCR, MER2 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Theory]
    [InlineData("STM32U575ZI", 0x10_0000)]
    [InlineData("STM32L552ZE", 0x4_0000)]
    [InlineData("STM32U385RG", 0x8_0000)]
    public void The_banks_are_exchanged_when_the_option_is_loaded(string part, int second)
    {
        var bench = Unlocked(part);
        bench.Chip.Flash[second] = 0x22;
        ChangeOptr(bench, SWAP_BANK, SWAP_BANK);
        Assert.Equal(0xFFFF_FF22u, bench[FlashAt]);
        bench.Register(NSCR, PER | BKER | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
    }

    [Theory]
    [InlineData("STM32L552ZE", 22, 0x1000)]
    [InlineData("STM32L552ZC", 22, 0x1000)]
    [InlineData("STM32L552ZC", 21, 0x800)]
    [InlineData("STM32U575ZG", 21, 0x2000)]
    [InlineData("STM32U375CE", 21, 0x1000)]
    public void One_bank_counts_its_pages_through(string part, int option, uint page)
    {
        var bench = Unlocked(part);
        ChangeOptr(bench, 1u << option, 0);
        bench.Chip.Flash.Fill(0x5A);
        var last = ((uint)bench.Chip.Flash.Length / page) - 1;
        bench.Register(NSCR, PER | last << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(uint.MaxValue, bench[FlashAt + (last * page)]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + (last * page) - 4]);
        bench.Register(NSCR, MER1 | MER2 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Theory]
    [InlineData("STM32U5A9NJ", 255)]
    [InlineData("STM32L552ZE", 127)]
    [InlineData("STM32U385RG", 127)]
    public void A_protected_page_of_the_second_bank_refuses(string part, uint page)
    {
        var bench = Unlocked(part);
        OpenOptions(bench);
        bench.Register(WRP2AR, 1u << 31 | page << 16 | page);
        Commit(bench);
        bench.Register(NSCR, PER | BKER | page << 3 | STRT);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR, MER2 | STRT);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(NSCR, PER | page << 3 | STRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
    }

    [Fact]
    public void Without_an_UNLOCK_bit_an_area_of_the_L5_can_be_given_up()
    {
        var bench = Unlocked("STM32L552ZE");
        OpenOptions(bench);
        bench.Register(WRP1AR, 0x0002_0001);
        Commit(bench);
        OpenOptions(bench);
        bench.Register(WRP1AR, 0x0000_007F);
        bench.Register(NSCR, OPTSTRT);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench) & OPTWERR);
    }

    [Fact]
    public void A_burst_of_the_U3_is_sixteen_double_words()
    {
        var bench = Unlocked("STM32U385RG");
        bench.Register(NSCR, PG | BWR);
        for (var at = 0u; at < 128; at += 4)
        {
            Assert.Equal(0u, bench.Register(NSSR) & BSY);
            bench[FlashAt + 0x8000 + at] = at;
        }

        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
        Assert.Equal(0x7Cu, bench[FlashAt + 0x807C]);
    }

    [Fact]
    public void The_U3_changes_nothing_below_range_1()
    {
        var bench = new FlashBench("STM32U385RG");
        Unlock(bench);
        bench.Register(NSCR, PER | STRT);
        Assert.Equal(PGSERR, Refusals(bench));
        bench.Register(NSCR, PG);
        bench[FlashAt] = 0;
        Assert.Equal(PGSERR, Refusals(bench));
        RangeOne(bench);
        Assert.Equal(0x0001_0001u, bench[VOSR]);
        bench.Register(NSCR, PER | STRT);
        Assert.Equal(BSY, bench.Register(NSSR) & BSY);
        bench.UntilClear(NSSR, BSY);
        Assert.Equal(0u, Refusals(bench));
    }

    [Theory]
    [InlineData("STM32L552ZE", ECCR, 8)]
    [InlineData("STM32U575ZI", ECCR, 16)]
    [InlineData("STM32U385RG", 0x34u, 8)]
    public void What_a_reset_cuts_off_reads_as_a_double_error(string part, uint register, uint width)
    {
        var bench = Unlocked(part);
        bench.Register(NSCR, PG);
        WriteWord(bench, FlashAt + 0x8000, width, 1, wait: false);
        bench.Wait(1_000);
        bench.PulseReset();
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x8004, 4, out _));
        Assert.Equal(1u << 31 | 0x8000, bench.Register(register));
        bench.Register(register, 1u << 31);
        Assert.Equal(0u, bench.Register(register));
    }

    private static FlashBench Unlocked(string part)
    {
        var bench = new FlashBench(part);
        RangeOne(bench);
        Unlock(bench);
        return bench;
    }

    private static void RangeOne(FlashBench bench)
    {
        if (bench.Device.Flash.Driver == "stm32u3")
        {
            bench[0x4003_0C94] = 4; // PWREN
            bench[VOSR] = 1;
        }
    }

    private static void Unlock(FlashBench bench)
    {
        bench.Register(NSKEYR, 0x4567_0123);
        bench.Register(NSKEYR, 0xCDEF_89AB);
        Assert.Equal(0u, bench.Register(NSCR) & LOCK);
    }

    private static void ChangeOptr(FlashBench bench, uint mask, uint bits)
    {
        OpenOptions(bench);
        bench.Register(OPTR, (bench.Register(OPTR) & ~mask) | bits);
        Commit(bench);
    }

    private static void OpenOptions(FlashBench bench)
    {
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        Assert.Equal(0u, bench.Register(NSCR) & OPTLOCK);
    }

    private static void Commit(FlashBench bench)
    {
        bench.Register(NSCR, OPTSTRT);
        bench.UntilClear(NSSR, BSY);
        bench.Register(NSCR, OBL_LAUNCH);
        bench.Wait(1_000_000);
        bench[0xE000_EDF0] = 0xA05F_0003;
        RangeOne(bench);
        Unlock(bench);
    }

    private static void WriteWord(FlashBench bench, uint address, uint width, uint value, bool wait = true)
    {
        for (var at = 0u; at < width; at += 4)
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
