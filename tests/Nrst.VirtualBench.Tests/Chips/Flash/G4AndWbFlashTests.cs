using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>What G4, WB and WL do differently from the L4, which has tests of its own.</summary>
public sealed class G4AndWbFlashTests
{
    private const uint KEYR = 0x08, OPTKEYR = 0x0C, SR = 0x10, CR = 0x14, OPTR = 0x20, SEC1R = 0x70, SFR = 0x80;
    private const uint PER = 2, MER1 = 4, BKER = 1 << 11, STRT = 1 << 16, OPTSTRT = 1 << 17, OBL_LAUNCH = 1 << 27, SEC_PROT1 = 1 << 28;
    private const uint WRPERR = 16, BSY = 1 << 16;
    private const uint FlashAt = 0x0800_0000;

    [Theory]
    [InlineData("STM32G431KB", "g4", "stm32g431xx")]
    [InlineData("STM32G474RE", "g4", "stm32g474xx")]
    [InlineData("STM32WB55RG", "wb", "stm32wb55xx")]
    [InlineData("STM32WB15CC", "wb", "stm32wb15xx")]
    [InlineData("STM32WL55JC", "wl", "stm32wl55xx")]
    [InlineData("STM32WLE5C8", "wl", "stm32wle5xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant) =>
        RegistersOfTheManual.Compare(part, family, variant);

    [Theory]
    [InlineData("STM32G431KB", 16)]
    [InlineData("STM32G474RE", 16)]
    [InlineData("STM32G491RE", 16)]
    [InlineData("STM32WB55RG", 4)]
    [InlineData("STM32WB15CC", 4)]
    [InlineData("STM32WL55JC", 4)]
    [InlineData("STM32WLE5C8", 4)]
    public void It_is_the_chip_it_says(string part, int megahertz)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0xE004_2000] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[bench.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(megahertz, 1_000_000 / bench.Chip.HclkPicoseconds);
    }

    [Theory]
    [InlineData("STM32G474RC", FlashAt + 0x4_0000, 0u, BKER)]
    [InlineData("STM32G474RC", FlashAt + 0x1_F800, 63u, 0u)]
    [InlineData("STM32G491RE", FlashAt + 0x7_F800, 255u, 0u)]
    [InlineData("STM32WB55RG", FlashAt + 0xF_F000, 255u, 0u)]
    [InlineData("STM32WL55JC", FlashAt + 0x3_F800, 127u, 0u)]
    public void The_page_of_a_number_is_erased_and_no_other(string part, uint at, uint number, uint bank)
    {
        var bench = Unlocked(new FlashBench(part));
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, PER | number << 3 | bank);
        bench.Register(CR, PER | number << 3 | bank | STRT);
        bench.UntilClear(SR, BSY);

        var page = bench.Part.Layouts[0].Sectors.First().Range.Length;
        Assert.Equal(uint.MaxValue, bench[at]);
        Assert.Equal(uint.MaxValue, bench[at + page - 4]);
        Assert.Equal((int)page, bench.Chip.Flash.Count((byte)0xFF));
    }

    [Fact]
    public void The_hole_between_the_banks_of_a_small_G474_is_a_bus_fault()
    {
        var bench = new FlashBench("STM32G474RC");
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x1_FFFC, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x2_0000, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x3_FFFC, 4, out _));
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x5_FFFC, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x6_0000, 4, out _));
    }

    [Fact]
    public void A_securable_area_is_shut_until_a_reset()
    {
        var bench = Unlocked(new FlashBench("STM32G431KB"));
        Options(bench, SEC1R, 2);
        Unlocked(bench).Register(CR, SEC_PROT1);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0xFFC, 4, out _));
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x1000, 4, out _));
        bench.Register(CR, 0);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        bench.PulseReset();
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt, 4, out _));
    }

    [Fact]
    public void Pages_of_the_second_CPU_are_neither_read_nor_erased_and_SFR_is_not_ours()
    {
        var bench = Unlocked(new FlashBench("STM32WB55RG"));
        Options(bench, SFR, 0);
        Assert.Equal(0x11FFu, bench.Register(SFR)); // all bits as before: only the second CPU writes it

        // As the radio stack's loader leaves it: security on, the last twelve pages gone.
        bench.Model.OptionCells[bench.Model.OptionCells.AsSpan().IndexOf(0x11FFu)] = 0x10F4;
        Unlocked(bench);
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        bench.Register(CR, OBL_LAUNCH);
        bench.Wait(1_000_000);
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0xF_3FFC, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0xF_4000, 4, out _));
        Unlocked(bench);
        foreach (var command in (uint[])[PER | 0xF4 << 3, MER1])
        {
            bench.Register(CR, command);
            bench.Register(CR, command | STRT);
            Assert.Equal(WRPERR, bench.Register(SR) & WRPERR);
            bench.Register(SR, WRPERR);
        }
    }

    private static FlashBench Unlocked(FlashBench bench)
    {
        bench.Register(KEYR, 0x4567_0123);
        bench.Register(KEYR, 0xCDEF_89AB);
        return bench;
    }

    /// <summary>Programs one option register and loads all of them, which is a reset.</summary>
    private static void Options(FlashBench bench, uint register, uint value)
    {
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        bench.Register(register, value);
        bench.Register(CR, OPTSTRT);
        bench.UntilClear(SR, BSY);
        bench.Register(CR, OBL_LAUNCH);
        bench.Wait(1_000_000);
    }
}
