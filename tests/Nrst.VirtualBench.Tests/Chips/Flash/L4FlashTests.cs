using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Flash.DoubleWordBench;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class L4FlashTests
{
    private const uint BKER = 1 << 11, DUALBANK = 1 << 21, DBANK = 1 << 22;

    [Theory]
    [InlineData("STM32L476RG", "l4", "stm32l476xx")]
    [InlineData("STM32L433RC", "l4", "stm32l433xx")]
    [InlineData("STM32L4R5ZI", "l4plus", "stm32l4r5xx")]
    [InlineData("STM32L4P5ZG", "l4plus", "stm32l4p5xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant) =>
        RegistersOfTheManual.Compare(part, family, variant);

    [Theory]
    [InlineData("STM32L412KB")]
    [InlineData("STM32L432KC")]
    [InlineData("STM32L452RE")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32L496ZG")]
    [InlineData("STM32L4R5ZI")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new DoubleWordBench(part);
        Assert.Equal(bench.Board.Device.DeviceId, bench.Board[0xE004_2000] & 0xFFF);
        Assert.Equal((uint)bench.Board.Part.FlashKiB, bench.Board[bench.Board.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(4, 1_000_000 / bench.Board.Chip.HclkPicoseconds);
        foreach (var ram in bench.Board.Part.Ram)
        {
            bench.Board[ram.Range.Start.Value] = 0x1234_5678;
            Assert.Equal(0x1234_5678u, bench.Board[ram.Range.Start.Value]);
        }
    }

    [Fact]
    public void The_second_RAM_is_seen_at_two_places()
    {
        var bench = new DoubleWordBench("STM32L496ZG");
        bench.Board[0x2004_0010] = 0xCAFE_F00D;
        Assert.Equal(0xCAFE_F00Du, bench.Board[0x1000_0010]);
    }

    [Theory]
    [InlineData("STM32L432KC", 2048)]
    [InlineData("STM32L476RG", 2048)]
    [InlineData("STM32L4R5ZI", 4096)]
    public void Each_page_is_erased_and_its_neighbours_are_not(string part, int size)
    {
        var bench = new DoubleWordBench(part).Unlocked();
        foreach (var bank in bench.Board.Part.Layouts[0].Banks)
        {
            for (var n = 0; n < bank.Layout.Sectors.Count; n += 17)
            {
                bench.Board.Chip.Flash.Clear();
                bench.ErasePage((uint)n, bank.Number == 2 ? BKER : 0);
                Assert.InRange(bench.UntilIdle(), 21_900_000, 22_100_000);
                var at = (int)(bank.Layout.Sectors[n].Range.Start.Value - FlashAt);
                Assert.Equal(at, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
                Assert.Equal(at + size - 1, bench.Board.Chip.Flash.LastIndexOf((byte)0xFF));
            }
        }
    }

    [Fact]
    public void An_L4_plus_with_one_bank_has_pages_twice_as_large()
    {
        var bench = new DoubleWordBench("STM32L4R5ZI").OptionsUnlocked();
        bench[OPTR] &= ~DBANK;
        bench.Commit();
        bench.Board.Chip.Flash.Clear();
        bench.Unlocked().ErasePage(200);
        bench.UntilIdle();
        Assert.Equal(200 * 8192, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
        Assert.Equal((201 * 8192) - 1, bench.Board.Chip.Flash.LastIndexOf((byte)0xFF));
    }

    [Fact]
    public void A_smaller_L47_can_have_one_bank()
    {
        var bench = new DoubleWordBench("STM32L476RE").OptionsUnlocked();
        bench[OPTR] &= ~DUALBANK;
        bench.Commit();
        bench.Board.Chip.Flash.Clear();
        bench.Unlocked().ErasePage(128);
        bench.UntilIdle();
        Assert.Equal(0x4_0000, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
    }

    [Fact]
    public void A_protected_page_of_bank_2_is_protected_there_only()
    {
        var bench = new DoubleWordBench("STM32L476RG").OptionsUnlocked();
        bench[0x4C] = 5 | 5 << 16;
        bench.Commit();
        bench.Unlocked().ErasePage(5, BKER);
        Assert.Equal(WRPERR, bench.Refusals());
        bench.ErasePage(5);
        Assert.Equal(0u, bench.Refusals());
    }

    [Fact]
    public void The_empty_flag_is_turned_round_by_writing_it()
    {
        var bench = new DoubleWordBench("STM32L432KC", blank: true);
        Assert.Equal(1u << 17, bench[SR]);
        Assert.Equal(0x1FFF_0041u, bench.Board[4]);
        bench[SR] = 1 << 17;
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(uint.MaxValue, bench.Board[4]);
    }

    [Fact]
    public void The_clock_can_be_raised_as_firmware_does()
    {
        var bench = new DoubleWordBench("STM32L476RG");
        bench.Board[0x4002_1000] = 0x99; // MSI at 24 MHz
        Assert.Equal(24, 1_000_000 / bench.Board.Chip.HclkPicoseconds);
        bench.Board[0x4002_1000] |= 1 << 8;
        bench.Board[0x4002_100C] = 2 | 10 << 8 | 1 << 24; // HSI16 x 10 / 2
        bench.Board[0x4002_1000] |= 1 << 24;
        bench.Board.Wait(100_000);
        bench.Board[0x4002_1008] = 3;
        Assert.Equal(0xFu, bench.Board[0x4002_1008] & 0xF);
        Assert.Equal(80, 1_000_000 / bench.Board.Chip.HclkPicoseconds);
    }

    [Fact]
    public void The_second_bank_reports_its_own_broken_words()
    {
        var bench = new DoubleWordBench("STM32L476RG").Unlocked();
        bench[CR] = PG;
        bench.Board[FlashAt + 0x8_0800] = 1;
        bench.Board[FlashAt + 0x8_0804] = 2;
        bench.Board.PulseReset();
        Assert.Equal(BusStatus.Ok, bench.Board.Load(FlashAt + 0x8_0800, 4, out _));
        Assert.Equal(1u << 31 | 1 << 19 | 0x800, bench[ECCR]);
    }
}
