using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class PecrFlashTests
{
    private const uint PECR = 0x04, PEKEYR = 0x0C, PRGKEYR = 0x10, OPTKEYR = 0x14, SR = 0x18, OPTR = 0x1C, WRPR = 0x20;
    private const uint PROG = 8, DATA = 16, ERASE = 1 << 9, FPRG = 1 << 10, OBL_LAUNCH = 1 << 18, NZDISABLE = 1 << 22;
    private const uint BSY = 1, EOP = 2, Idle = 0x0C, WRPERR = 1 << 8, PGAERR = 1 << 9, SIZERR = 1 << 10, OPTVERR = 1 << 11;
    private const uint RDERR = 1 << 13, NOTZEROERR = 1 << 16;
    private const uint FlashAt = 0x0800_0000, EepromAt = 0x0808_0000, OptionsAt = 0x1FF8_0000;

    [Theory]
    [InlineData("STM32L053R8", "l0", "stm32l053xx", 0u)]
    [InlineData("STM32L073RZ", "l0", "stm32l073xx", 0xFFFF_0000u)]
    [InlineData("STM32L151CB", "l1", "stm32l152xb", 0u)]
    [InlineData("STM32L152RE", "l1", "stm32l152xe", 0u)]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant, uint sectors) =>
        RegistersOfTheManual.Compare(part, family, variant, unnamed: new Dictionary<string, uint> { ["WRPR"] = sectors });

    [Theory]
    [InlineData("STM32L011K4", 0x410C_C601u)]
    [InlineData("STM32L031K6", 0x410C_C601u)]
    [InlineData("STM32L053R8", 0x410C_C601u)]
    [InlineData("STM32L073RZ", 0x410C_C601u)]
    [InlineData("STM32L151C6", 0x411F_C231u)]
    [InlineData("STM32L151CC", 0x411F_C231u)]
    [InlineData("STM32L152ZD", 0x411F_C231u)]
    [InlineData("STM32L152RE", 0x411F_C231u)]
    public void It_is_the_chip_it_says(string part, uint cpuid)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[bench.Device.IdCodeAt.Value] & 0xFFF);
        Assert.Equal(part == "STM32L152ZD" ? 0u : (uint)bench.Part.FlashKiB, bench[bench.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(cpuid, bench[0xE000_ED00]);
        Assert.Equal(2, 1_000_000 / bench.Chip.HclkPicoseconds);
        if (part != "STM32L152RE") // where the EEPROM follows at once
        {
            Assert.Equal(BusStatus.Error, bench.Load(FlashAt + ((uint)bench.Part.FlashKiB * 1024), 4, out _));
        }
    }

    [Fact]
    public void The_locks_open_one_behind_the_other_and_a_wrong_key_jams()
    {
        var bench = new FlashBench("STM32L053R8");
        Assert.Equal(7u, bench.Register(PECR));
        Keys(bench, PRGKEYR, 0x8C9D_AEBF, 0x1314_1516);
        Assert.Equal(7u, bench.Register(PECR));
        Assert.Equal(4u, Unlocked(bench).Register(PECR));
        bench.Register(PECR, PROG | ERASE | 1);
        Assert.Equal(7u, bench.Register(PECR));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_200C, 4, 1));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_200C, 4, 0x89AB_CDEF));
        bench.PulseReset();
        Assert.Equal(4u, Unlocked(bench).Register(PECR));
    }

    [Theory]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L152RE")]
    public void A_word_takes_its_time_and_what_is_locked_or_narrow_is_refused(string part)
    {
        var bench = new FlashBench(part);
        bench[FlashAt + 0x400] = 0x1234_5678;
        Assert.Equal(Idle | WRPERR, bench.Register(SR));
        bench.Register(SR, WRPERR);
        Unlocked(bench);
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x400, 2, 0x1234));
        Assert.Equal(Idle | SIZERR, bench.Register(SR));
        bench.Register(SR, SIZERR);
        bench[FlashAt + 0x400] = 0x1234_5678;
        Assert.Equal(BSY, bench.Register(SR) & 7);
        Assert.InRange(bench.UntilClear(SR, BSY), 3_270_000, 3_300_000);
        Assert.Equal(Idle | EOP, bench.Register(SR));
        Assert.Equal(0x1234_5678u, bench[FlashAt + 0x400]);
    }

    [Theory]
    [InlineData("STM32L053R8", 0u, 0x0000_00F0u, NOTZEROERR)]
    [InlineData("STM32L073RZ", NZDISABLE, 0x0000_00FFu, EOP)]
    [InlineData("STM32L152RE", 0u, 0x0000_00FFu, EOP)]
    public void Over_a_word_that_is_not_zero_the_L0_refuses_and_the_L1_adds(string part, uint control, uint left, uint flag)
    {
        var bench = Unlocked(new FlashBench(part));
        Store(bench, FlashAt + 0x400, 0xF0);
        bench.Register(SR, EOP);
        bench.Register(PECR, control);
        Store(bench, FlashAt + 0x400, 0x0F);
        Assert.Equal(Idle | flag, bench.Register(SR));
        Assert.Equal(left, bench[FlashAt + 0x400]);
    }

    [Theory]
    [InlineData("STM32L053R8", 64)]
    [InlineData("STM32L152RE", 128)]
    public void A_half_page_is_filled_from_its_first_word_and_written_at_once(string part, int bytes)
    {
        var bench = Unlocked(new FlashBench(part));
        bench.Register(PECR, PROG | FPRG);
        bench[FlashAt + 0x404] = 1;
        Assert.Equal(Idle | PGAERR, bench.Register(SR));
        bench.Register(SR, PGAERR);
        for (var at = 0; at < bytes; at += 4)
        {
            Assert.Equal(Idle, bench.Register(SR));
            bench[FlashAt + 0x400 + (uint)at] = 0x0101_0101u * (uint)(at + 1);
        }

        Assert.InRange(bench.UntilClear(SR, BSY), 3_270_000, 3_300_000);
        Assert.Equal(0x0505_0505u, bench[FlashAt + 0x404]);
        Assert.Equal((byte)(bytes - 3), bench.Chip.Flash[0x400 + bytes - 1]);
        Assert.Equal(0, bench.Chip.Flash[0x400 + bytes]);
        bench[FlashAt + 0x480] = 1;
        bench[FlashAt + 0x500] = 1;
        Assert.Equal(Idle | EOP | PGAERR, bench.Register(SR));
    }

    [Theory]
    [InlineData("STM32L053R8", 128)]
    [InlineData("STM32L151CB", 256)]
    public void A_page_is_erased_to_zero_and_its_neighbours_are_not(string part, int bytes)
    {
        var bench = Unlocked(new FlashBench(part));
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(PECR, PROG | ERASE);
        bench[FlashAt + (uint)(3 * bytes) + 8] = 0;
        Assert.InRange(bench.UntilClear(SR, BSY), 3_270_000, 3_300_000);
        Assert.Equal(3 * bytes, bench.Chip.Flash.IndexOf((byte)0));
        Assert.Equal((4 * bytes) - 1, bench.Chip.Flash.LastIndexOf((byte)0));
        Assert.Equal(bytes, bench.Chip.Flash.Count((byte)0));
    }

    [Theory]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L152RE")]
    public void The_EEPROM_takes_bytes_erases_for_itself_and_is_saved(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(BusStatus.Ok, bench.Store(EepromAt + 5, 1, 0x42));
        Assert.Equal(Idle | WRPERR, bench.Register(SR));
        bench.Register(SR, WRPERR);
        Keys(bench, PEKEYR, 0x89AB_CDEF, 0x0203_0405);
        Assert.Equal(BusStatus.Ok, bench.Store(EepromAt + 5, 1, 0x42));
        Assert.InRange(bench.UntilClear(SR, BSY), 3_270_000, 3_300_000);
        Assert.Equal(BusStatus.Ok, bench.Store(EepromAt + 5, 1, 0x24));
        Assert.InRange(bench.UntilClear(SR, BSY), 6_550_000, 6_600_000);
        Assert.Equal(0x2400u, bench[EepromAt + 4]);
        var other = new FlashBench(part);
        other.Model.Load(bench.Model.Save());
        Assert.Equal(0x2400u, other[EepromAt + 4]);
        bench.Register(PECR, DATA | ERASE);
        Store(bench, EepromAt + 4, 0);
        Assert.Equal(0u, bench[EepromAt + 4]);
    }

    [Fact]
    public void A_one_protects_a_sector_from_writes_and_with_WPRMOD_a_zero_does_and_from_reads()
    {
        var bench = OptionsUnlocked(new FlashBench("STM32L053R8"));
        Store(bench, OptionsAt + 8, 0xFFFD_0002);
        Assert.Equal(0u, bench.Register(WRPR));
        Launch(bench);
        Assert.Equal(2u, bench.Register(WRPR));
        OptionsUnlocked(bench);
        Store(bench, FlashAt + 0x1000, 1);
        Assert.Equal(Idle | WRPERR, bench.Register(SR));
        bench.Register(SR, WRPERR);
        Store(bench, FlashAt + 0x2000, 1);
        Assert.Equal(Idle | EOP, bench.Register(SR));

        Store(bench, OptionsAt, 0xFE55_01AA);
        Launch(bench);
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x1000, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x2000, 4, out _));
        Assert.Equal(Idle | RDERR, bench.Register(SR));
        bench.Register(SR, RDERR);
        OptionsUnlocked(bench);
        Store(bench, OptionsAt, 0xFF55_00AA); // only from level 1
        Assert.Equal(Idle | WRPERR, bench.Register(SR));
    }

    [Theory]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L152RE")]
    public void Level_1_hides_flash_and_EEPROM_and_level_0_costs_both(string part)
    {
        var bench = OptionsUnlocked(new FlashBench(part));
        Store(bench, EepromAt, 0x77);
        Store(bench, OptionsAt, 0xFFFF_0000);
        Launch(bench);
        Assert.Equal(ReadProtection.Level1, bench.Model.Protection);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(EepromAt, 4, out _));
        OptionsUnlocked(bench);
        Store(bench, OptionsAt, 0xFF55_00AA);
        Launch(bench);
        Assert.Equal(0u, bench[FlashAt]);
        Assert.Equal(0u, bench[EepromAt]);
        Assert.Equal(0xAAu, bench.Register(OPTR) & 0xFF);
    }

    [Fact]
    public void A_word_without_its_complement_counts_as_level_1_and_OPTVERR_tells()
    {
        var bench = OptionsUnlocked(new FlashBench("STM32L053R8"));
        Store(bench, OptionsAt, 0x0000_00AA);
        Launch(bench);
        Assert.Equal(ReadProtection.Level1, bench.Model.Protection);
        Assert.Equal(Idle | OPTVERR, bench.Register(SR));
    }

    private static void Launch(FlashBench bench)
    {
        Assert.Equal(BusStatus.Ok, bench.Store(bench.Device.Flash.Controller.Value + PECR, 4, OBL_LAUNCH));
        bench.Wait(1_000_000);
    }

    private static void Store(FlashBench bench, uint address, uint value)
    {
        bench[address] = value;
        bench.UntilClear(SR, BSY);
    }

    private static FlashBench Unlocked(FlashBench bench)
    {
        Keys(bench, PEKEYR, 0x89AB_CDEF, 0x0203_0405);
        Keys(bench, PRGKEYR, 0x8C9D_AEBF, 0x1314_1516);
        return bench;
    }

    private static FlashBench OptionsUnlocked(FlashBench bench)
    {
        Unlocked(bench);
        Keys(bench, OPTKEYR, 0xFBEA_D9C8, 0x2425_2627);
        return bench;
    }

    private static void Keys(FlashBench bench, uint register, uint first, uint second)
    {
        bench.Register(register, first);
        bench.Register(register, second);
    }
}
