using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class Wb0FlashTests
{
    private const uint COMMAND = 0x00, CONFIG = 0x04, IRQSTAT = 0x08, IRQMASK = 0x0C, IRQRAW = 0x10, ADDRESS = 0x18, PAGEPROT0 = 0x34, DATA0 = 0x40;
    private const uint CMDDONE = 1, CMDSTART = 2, CMDERR = 4, ILLCMD = 8, READOK = 16;
    private const uint FlashAt = 0x1004_0000;

    [Fact]
    public void Every_bit_of_the_block_is_accounted_for() => RegistersOfTheManual.CompareByName("STM32WB07CC", "wb0", "stm32wb06", new Dictionary<string, string>
    {
        ["SIZE"] = "FLASH_SIZE",
    });

    [Theory]
    [InlineData("STM32WB05KZ", 0xBFFFu)]
    [InlineData("STM32WB07CC", 0x6_FFFFu)]
    [InlineData("STM32WB09KE", 0x7_FFFFu)]
    public void It_is_the_chip_it_says(string part, uint size)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0x4000_0004] >> 12 & 0xFFF);
        Assert.Equal(size, bench.Register(0x14));
        Assert.Equal(bench.Part.FlashKiB, bench.Device.Flash.Size.KiBOf(bench.Register(0x14)));
        Assert.Equal(0x410C_C601u, bench[0xE000_ED00]);
        Assert.Equal(bench.Device.ResetHertz, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(FlashAt, bench[0xE000_ED08]);
    }

    [Fact]
    public void A_word_is_written_by_command()
    {
        var bench = new FlashBench("STM32WB07CC");
        bench.Register(IRQRAW, 0x1F);
        bench.Register(ADDRESS, 0x1000 / 4);
        bench.Register(DATA0, 0x1122_3344);
        bench.Register(COMMAND, 0x33);
        Assert.Equal(CMDSTART, bench.Register(IRQRAW));
        // A second command comes too soon.
        bench.Register(COMMAND, 0x33);
        Assert.Equal(CMDSTART | CMDERR, bench.Register(IRQRAW));
        Assert.InRange(UntilDone(bench), 19_000, 23_000);
        Assert.Equal(0x1122_3344u, bench[FlashAt + 0x1000]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x1004]);

        // Without an error code a second pass takes more bits away.
        bench.Register(DATA0, 0xFFFF_0000);
        bench.Register(COMMAND, 0x33);
        UntilDone(bench);
        Assert.Equal(0x1122_0000u, bench[FlashAt + 0x1000]);
    }

    [Fact]
    public void Four_words_are_written_at_once_unless_that_is_forbidden()
    {
        var bench = new FlashBench("STM32WB07CC");
        for (var i = 0u; i < 4; i++)
        {
            bench.Register(DATA0 + (4 * i), 0x1111_1111 * (i + 1));
        }

        bench.Register(ADDRESS, 0x1004 / 4);
        Assert.Equal(ILLCMD, Refused(bench, 0xCC));
        bench.Register(ADDRESS, 0x1010 / 4);
        bench.Register(CONFIG, 0x14);
        Assert.Equal(ILLCMD, Refused(bench, 0xCC));
        bench.Register(CONFIG, 0x10);
        Assert.Equal(0u, Refused(bench, 0xCC));
        Assert.Equal(0x1111_1111u, bench[FlashAt + 0x1010]);
        Assert.Equal(0x4444_4444u, bench[FlashAt + 0x101C]);
    }

    [Theory]
    [InlineData("STM32WB07CC", 0x3_F800u)]
    [InlineData("STM32WB09KE", 0x7_F800u)]
    public void A_page_is_erased_and_a_mass_erase_takes_everything(string part, uint page)
    {
        var bench = new FlashBench(part);
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(ADDRESS, (page + 0x10) / 4);
        bench.Register(IRQRAW, 0x1F);
        bench.Register(COMMAND, 0x11);
        Assert.InRange(UntilDone(bench), 19_900_000, 20_200_000);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + page - 4]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + page]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + page + 0x7FC]);
        Assert.False(bench.Chip.Flash[..(int)page].ContainsAnyExcept((byte)0x5A));
        Assert.Equal(0u, Refused(bench, 0x22));
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));

        // A mass read says whether all of it is one value.
        bench.Register(DATA0, uint.MaxValue);
        Assert.Equal(0u, Refused(bench, 0x55));
        Assert.Equal(READOK, bench.Register(IRQRAW) & READOK);
    }

    [Fact]
    public void It_refuses_what_it_must()
    {
        var bench = new FlashBench("STM32WB07CC");
        Assert.Equal(ILLCMD, Refused(bench, 0x44));
        Assert.Equal(BusStatus.Error, bench.Store(FlashAt + 0x1000, 4, 0));

        // Eight pages a bit, until the next reset.
        bench.Register(PAGEPROT0, 2);
        bench.Register(PAGEPROT0, 0);
        bench.Register(ADDRESS, 0x4000 / 4);
        Assert.Equal(ILLCMD, Refused(bench, 0x11));
        Assert.Equal(ILLCMD, Refused(bench, 0x33));
        Assert.Equal(ILLCMD, Refused(bench, 0x22));
        bench.Register(ADDRESS, 0x8000 / 4);
        Assert.Equal(0u, Refused(bench, 0x11));
        bench.PulseReset();
        bench.Register(ADDRESS, 0x4000 / 4);
        Assert.Equal(0u, Refused(bench, 0x11));

        Assert.Equal(0u, Refused(bench, 0xAA));
        Assert.Equal(ILLCMD, Refused(bench, 0x11));
        Assert.Equal(0u, Refused(bench, 0xBB));
        Assert.Equal(0u, Refused(bench, 0x11));
    }

    [Fact]
    public void A_read_waits_for_the_command()
    {
        var bench = new FlashBench("STM32WB07CC");
        bench.Register(ADDRESS, 0x800 / 4);
        bench.Register(COMMAND, 0x11);
        var began = bench.Now;
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
        Assert.InRange(bench.Now - began, 19_000_000, 20_000_000);
    }

    [Fact]
    public void Only_unmasked_flags_show_in_IRQSTAT()
    {
        var bench = new FlashBench("STM32WB07CC");
        Assert.Equal(CMDDONE, bench.Register(IRQRAW));
        Assert.Equal(0u, bench.Register(IRQSTAT));
        bench.Register(IRQMASK, 0x1E);
        Assert.Equal(CMDDONE, bench.Register(IRQSTAT));
        bench.Register(IRQRAW, CMDDONE);
        Assert.Equal(0u, bench.Register(IRQSTAT));
    }

    [Fact]
    public void A_key_protects_after_a_reset_and_a_mass_erase_takes_it_away()
    {
        var bench = new FlashBench("STM32WB07CC");
        Assert.Equal(ILLCMD, Refused(bench, 0xFF));
        Key(bench, 0xAAAA_AAAA);
        Assert.Equal(0u, bench.Register(0x14) & 1 << 19);
        bench.PulseReset();
        Assert.Equal(1u << 19, bench.Register(0x14) & 3 << 19);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        Assert.Equal(0u, Refused(bench, 0x22));
        bench.PulseReset();
        Assert.Equal(0u, bench.Register(0x14) & 1 << 19);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);

        Key(bench, 0xABAC_ABAD);
        Assert.NotNull(bench.Chip.Swd);
        bench.PulseReset();
        Assert.Null(bench.Chip.Swd);
    }

    private static void Key(FlashBench bench, uint level)
    {
        foreach (var (offset, value) in ((uint, uint)[])[(0, level), (4, level), (8, 0xC7EF_584D), (12, 0xB3A2_1096)])
        {
            bench.Register(DATA0 + offset, value);
        }

        Assert.Equal(0u, Refused(bench, 0xFF));
    }

    /// <summary>Gives a command, waits for it, and says what flags of refusal it raised.</summary>
    private static uint Refused(FlashBench bench, uint command)
    {
        bench.Register(IRQRAW, 0x1F);
        bench.Register(COMMAND, command);
        var flags = bench.Register(IRQRAW) & (CMDERR | ILLCMD);
        if (flags == 0)
        {
            UntilDone(bench);
        }

        return flags;
    }

    private static long UntilDone(FlashBench bench)
    {
        var began = bench.Now;
        for (var i = 0; (bench.Register(IRQRAW) & CMDDONE) == 0; i++)
        {
            Assert.True(i < 100_000, "CMDDONE never came");
            bench.Wait(1_000);
        }

        return bench.Now - began;
    }
}
