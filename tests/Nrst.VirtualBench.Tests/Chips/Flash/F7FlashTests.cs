using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>What the F7 does differently from the F4: two buses, modes of banks, boot addresses, areas that can only be executed.</summary>
public sealed class F7FlashTests
{
    private const uint KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, OPTCR = 0x14, OPTCR1 = 0x18, OPTCR2 = 0x1C;
    private const uint PG = 1, SER = 2, MER1 = 4, MER2 = 1 << 15, X32 = 2 << 8, STRT = 1 << 16;
    private const uint WRPERR = 1 << 4, PGPERR = 1 << 6, ERSERR = 1 << 7, RDERR = 1 << 8, BSY = 1 << 16;
    private const uint FlashAt = 0x0800_0000, ItcmAt = 0x0020_0000;

    [Theory]
    [InlineData("STM32F746ZG", "stm32f746xx")]
    [InlineData("STM32F767ZI", "stm32f767xx")]
    [InlineData("STM32F722ZE", "stm32f722xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string variant) => RegistersOfTheManual.Compare(part, "f7", variant);

    [Theory]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32F767ZI")]
    [InlineData("STM32F722ZE")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0xE004_2000] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[bench.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(16, 1_000_000 / bench.Chip.HclkPicoseconds);
        Assert.Equal(0x410F_C270u, bench[0xE000_ED00] & 0xFF0F_FFF0);
        Assert.Equal(0x0040_0080u, bench.Register(OPTCR1));
        Assert.Equal(0xFFFF_0080u, bench[0x1FFF_0010]);
    }

    [Fact]
    public void The_core_starts_through_the_ITCM_bus_and_sees_the_same_cells_there()
    {
        var bench = new FlashBench("STM32F746ZG");
        Assert.Equal(ItcmAt, bench[0xE000_ED08]);
        Assert.Equal(bench[FlashAt + 4], bench[ItcmAt + 4]);
        Unlocked(bench).Register(CR, PG | X32);
        Assert.Equal(BusStatus.Error, bench.Store(ItcmAt + 0x8000, 4, 0)); // this bus cannot write
        bench[FlashAt + 0x8000] = 0x1234_5678;
        bench.UntilClear(SR, BSY);
        Assert.Equal(0x1234_5678u, bench[ItcmAt + 0x8000]);
    }

    [Fact]
    public void And_starts_elsewhere_when_the_option_bytes_say_so()
    {
        var bench = new FlashBench("STM32F746ZG");
        Options(bench, OPTCR1, 0x0040_2000 | 0x10); // 0x0804_0000
        bench.PulseReset();
        Assert.Equal(0x0804_0000u, bench[0xE000_ED08]);
    }

    [Fact]
    public void A_write_without_PG_or_in_the_wrong_width_is_refused()
    {
        var bench = Unlocked(new FlashBench("STM32F746ZG"));
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(ERSERR, bench.Register(SR));
        bench.Register(SR, ERSERR);
        bench.Register(CR, PG);
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGPERR, bench.Register(SR));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000]);
    }

    [Theory]
    [InlineData("STM32F746ZG", 5u, 0x4_0000u, 0x4_0000u)]
    [InlineData("STM32F767ZI", 11u, 0x1C_0000u, 0x4_0000u)]
    [InlineData("STM32F722ZE", 7u, 0x6_0000u, 0x2_0000u)]
    public void The_sector_of_a_number_is_erased_and_no_other(string part, uint number, uint at, uint length)
    {
        var bench = Unlocked(new FlashBench(part));
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, SER | number << 3 | X32 | STRT);
        bench.UntilClear(SR, BSY);
        Assert.Equal((int)length, bench.Chip.Flash.Count((byte)0xFF));
        Assert.False(bench.Chip.Flash.Slice((int)at, (int)length).ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void With_two_banks_sector_12_is_the_first_of_the_second_and_each_has_a_mass_erase()
    {
        var bench = TwoBanks();
        Unlocked(bench).Register(CR, SER | 0x10 << 3 | X32 | STRT);
        bench.UntilClear(SR, BSY);
        Assert.False(bench.Chip.Flash.Slice(0x10_0000, 0x4000).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x4000, bench.Chip.Flash.Count((byte)0xFF));

        bench.Register(CR, MER2 | X32 | STRT);
        bench.UntilClear(SR, BSY);
        Assert.Equal(0x10_0000, bench.Chip.Flash.Count((byte)0xFF));
        bench.Register(CR, MER1 | X32 | STRT);
        bench.UntilClear(SR, BSY);
        Assert.Equal(0x20_0000, bench.Chip.Flash.Count((byte)0xFF));
    }

    [Fact]
    public void With_two_banks_one_bit_protects_two_sectors()
    {
        var bench = TwoBanks();
        Options(bench, OPTCR, bench.Register(OPTCR) & ~(1u << (16 + 6))); // the first two of bank 2
        foreach (var (sector, refused) in new (uint, bool)[] { (0x0B, false), (0x10, true), (0x11, true), (0x12, false) })
        {
            Unlocked(bench).Register(CR, SER | sector << 3 | X32 | STRT);
            bench.UntilClear(SR, BSY);
            Assert.Equal(refused ? WRPERR : 0, bench.Register(SR) & WRPERR);
            bench.Register(SR, WRPERR);
        }
    }

    [Fact]
    public void A_sector_of_OPTCR2_is_not_read_erased_or_released()
    {
        var bench = new FlashBench("STM32F722ZE");
        bench.Chip.Flash.Slice(0x4000, 8).Fill(0x77);
        Options(bench, OPTCR2, 1 << 1);
        Assert.Equal(0u, bench[FlashAt + 0x4000]);
        Assert.Equal(RDERR, bench.Register(SR) & RDERR);
        Assert.NotEqual(0u, bench[FlashAt]);
        bench.Register(SR, RDERR);
        Unlocked(bench).Register(CR, SER | 1 << 3 | X32 | STRT);
        Assert.Equal(WRPERR, bench.Register(SR) & WRPERR);
        bench.Register(SR, WRPERR);
        Options(bench, OPTCR2, 0);
        Assert.Equal(WRPERR, bench.Register(SR) & WRPERR);
        Assert.Equal(1u << 1, bench.Register(OPTCR2));
    }

    [Theory]
    [InlineData(0u, 0x77)]
    [InlineData(1u << 31, 0xFF)]
    public void Such_a_sector_outlives_the_fall_of_the_read_protection_unless_PCROP_RDP_says_otherwise(uint falls, int left)
    {
        var bench = new FlashBench("STM32F722ZE");
        bench.Chip.Flash.Slice(0x4000, 8).Fill(0x77);
        Options(bench, OPTCR2, 1 << 1 | falls);
        Options(bench, OPTCR, (bench.Register(OPTCR) & ~0xFF00u) | 0x5500);
        Assert.Equal(ReadProtection.Level1, bench.Model.Protection);
        Options(bench, OPTCR, (bench.Register(OPTCR) & ~0xFF00u) | 0xAA00);
        Assert.Equal(ReadProtection.Level0, bench.Model.Protection);
        Assert.Equal((byte)left, bench.Chip.Flash[0x4000]);
        Assert.Equal((byte)0xFF, bench.Chip.Flash[0]);
    }

    private static FlashBench TwoBanks()
    {
        var bench = new FlashBench("STM32F767ZI");
        Options(bench, OPTCR, bench.Register(OPTCR) & ~(1u << 29));
        bench.Chip.Flash.Fill(0x5A);
        return bench;
    }

    private static FlashBench Unlocked(FlashBench bench)
    {
        bench.Register(KEYR, 0x4567_0123);
        bench.Register(KEYR, 0xCDEF_89AB);
        return bench;
    }

    private static void Options(FlashBench bench, uint register, uint value)
    {
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        bench.Register(register, register == OPTCR ? value & ~3u : value);
        bench.Register(OPTCR, (bench.Register(OPTCR) & ~1u) | 2);
        bench.UntilClear(SR, BSY);
        bench.Register(OPTCR, bench.Register(OPTCR) | 1);
    }
}
