using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>What F0, F3 and the F1 of XL density do differently from the F1, which has tests of its own.</summary>
public sealed class F0FlashTests
{
    private const uint KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, AR = 0x14, OBR = 0x1C, WRPR = 0x20;
    private const uint Second = 0x40; // from a register of bank 1 to that of bank 2 on the XL
    private const uint PG = 1, PER = 2, MER = 4, OPTPG = 1 << 4, OPTER = 1 << 5, STRT = 1 << 6, LOCK = 1 << 7, OPTWRE = 1 << 9, OBL_LAUNCH = 1 << 13;
    private const uint BSY = 1, PGERR = 4, EOP = 32;
    private const uint FlashAt = 0x0800_0000, OptionsAt = 0x1FFF_F800;

    [Theory]
    [InlineData("STM32F072RB", "fpec_f0f3", "stm32f072xb")]
    [InlineData("STM32F303VC", "fpec_f0f3", "stm32f303xc")]
    [InlineData("STM32F103ZG", "fpec_f1_xl", "stm32f103xg")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant)
    {
        // The table of the F0 is that of its smallest dies: no BOOT_SEL and nBOOT0 in the user byte, and half of WRPR.
        var more = family == "fpec_f0f3"
            ? new Dictionary<string, uint> { ["OBR"] = 1u << 11 | 1u << 15, ["WRPR"] = 0xFFFF_0000 }
            : null;
        RegistersOfTheManual.Compare(part, family, variant, unnamed: more);
    }

    [Theory]
    [InlineData("STM32F030F4", 0x4001_5800, 0x410C_C200)]
    [InlineData("STM32F072RB", 0x4001_5800, 0x410C_C200)]
    [InlineData("STM32F091RC", 0x4001_5800, 0x410C_C200)]
    [InlineData("STM32F303VC", 0xE004_2000, 0x410F_C241)]
    [InlineData("STM32F334C4", 0xE004_2000, 0x410F_C241)]
    public void It_is_the_chip_it_says(string part, uint idCodeAt, uint cpuid)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[idCodeAt] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[0x1FFF_F7CC] & 0xFFFF);
        Assert.Equal(cpuid, bench[0xE000_ED00]);
        Assert.Equal(8, 1_000_000 / bench.Chip.HclkPicoseconds);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + ((uint)bench.Part.FlashKiB * 1024), 4, out _));
    }

    [Theory]
    [InlineData("STM32F072RB", 2048)]
    [InlineData("STM32F030F4", 1024)]
    [InlineData("STM32F303VC", 2048)]
    public void A_page_is_erased_and_a_half_word_programmed(string part, int page)
    {
        var bench = Unlocked(new FlashBench(part));
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, PER);
        bench.Register(AR, FlashAt + (uint)(3 * page) + 2);
        bench.Register(CR, PER | STRT);
        Assert.InRange(bench.UntilClear(SR, BSY), 19_900_000, 20_100_000);
        Assert.Equal((3 * page, (4 * page) - 1), (bench.Chip.Flash.IndexOf((byte)0xFF), bench.Chip.Flash.LastIndexOf((byte)0xFF)));
        bench.Register(SR, EOP);
        bench.Register(CR, PG);
        Assert.Equal(BusStatus.Error, bench.Store(FlashAt + (uint)(3 * page), 4, 0));
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + (uint)(3 * page), 2, 0x1234));
        Assert.InRange(bench.UntilClear(SR, BSY), 53_000, 54_500);
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + (uint)(3 * page), 2, 0x1230));
        Assert.Equal(PGERR, bench.Register(SR) & PGERR);
        Assert.Equal(0xFFFF_1234u, bench[FlashAt + (uint)(3 * page)]);
    }

    [Fact]
    public void Option_bytes_count_when_they_are_loaded_and_not_at_any_reset()
    {
        var bench = OptionsUnlocked(Unlocked(new FlashBench("STM32F072RB")));
        EraseOptions(bench);
        Option(bench, 0, 0xAA);
        Option(bench, 2, 0xEF); // nBOOT1
        Option(bench, 10, 0xFE); // pages 16 and 17
        bench.PulseReset();
        Assert.Equal(uint.MaxValue, bench.Register(WRPR));

        Unlocked(bench).Register(CR, OBL_LAUNCH);
        bench.Wait(1_000_000);

        Assert.Equal(0xFFFF_FEFFu, bench.Register(WRPR));
        Assert.Equal(0xFFFF_EF00u, bench.Register(OBR));
        Assert.Equal(LOCK, bench.Register(CR)); // loading them is a reset
        Assert.Equal(1u << 25, bench[0x4002_1024] & 1 << 25); // RCC_CSR.OBLRSTF
    }

    [Theory]
    [InlineData(0xAA, 0u, true)]
    [InlineData(0xA5, 1u << 1, false)]
    [InlineData(0x00, 1u << 1, false)]
    public void The_read_protection_has_levels(byte rdp, uint rdprt, bool readable)
    {
        var bench = new FlashBench("STM32F303VC");
        bench.Model.OptionCells[0] = rdp | (uint)(byte)~rdp << 8;
        Unlocked(bench).Register(CR, OBL_LAUNCH);
        bench.Wait(1_000_000);

        Assert.Equal(rdprt, bench.Register(OBR) & 0b110);
        Assert.Equal(readable ? BusStatus.Ok : BusStatus.Error, bench.Load(FlashAt, 4, out _));
    }

    [Fact]
    public void The_banks_of_an_XL_have_locks_of_their_own_and_work_at_the_same_time()
    {
        var bench = Unlocked(new FlashBench("STM32F103ZG"));
        Assert.Equal((0u, LOCK), (bench.Register(CR), bench.Register(CR + Second)));
        bench.Register(KEYR + Second, 0x4567_0123);
        bench.Register(KEYR + Second, 0xCDEF_89AB);
        bench.Chip.Flash.Fill(0x5A);

        foreach (var (bank, page) in ((uint, uint)[])[(0, FlashAt + 0x800), (Second, FlashAt + 0x8_0000)])
        {
            bench.Register(CR + bank, PER);
            bench.Register(AR + bank, page);
            bench.Register(CR + bank, PER | STRT);
        }

        Assert.Equal((BSY, BSY), (bench.Register(SR) & BSY, bench.Register(SR + Second) & BSY));
        bench.UntilClear(SR, BSY);
        bench.UntilClear(SR + Second, BSY);
        Assert.Equal((0x800, 0x8_07FF), (bench.Chip.Flash.IndexOf((byte)0xFF), bench.Chip.Flash.LastIndexOf((byte)0xFF)));
        Assert.Equal(0x1000, bench.Chip.Flash.Count((byte)0xFF));
    }

    [Fact]
    public void A_page_of_the_other_bank_is_not_erased()
    {
        var bench = Unlocked(new FlashBench("STM32F103ZG"));
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, PER);
        bench.Register(AR, FlashAt + 0x8_0000);
        bench.Register(CR, PER | STRT);
        Assert.Equal(0u, bench.Register(SR) & BSY);
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        bench.UntilClear(SR, BSY);
        Assert.Equal(0x7_FFFF, bench.Chip.Flash.LastIndexOf((byte)0xFF));
    }

    private static FlashBench Unlocked(FlashBench bench)
    {
        bench.Register(KEYR, 0x4567_0123);
        bench.Register(KEYR, 0xCDEF_89AB);
        return bench;
    }

    private static FlashBench OptionsUnlocked(FlashBench bench)
    {
        bench.Register(OPTKEYR, 0x4567_0123);
        bench.Register(OPTKEYR, 0xCDEF_89AB);
        return bench;
    }

    private static void EraseOptions(FlashBench bench)
    {
        bench.Register(CR, OPTWRE | OPTER);
        bench.Register(CR, OPTWRE | OPTER | STRT);
        bench.UntilClear(SR, BSY);
    }

    private static void Option(FlashBench bench, uint offset, uint value)
    {
        bench.Register(CR, OPTWRE | OPTPG);
        Assert.Equal(BusStatus.Ok, bench.Store(OptionsAt + offset, 2, value));
        bench.UntilClear(SR, BSY);
    }
}
