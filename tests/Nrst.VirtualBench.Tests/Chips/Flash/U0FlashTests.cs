using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Flash.DoubleWordBench;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>The U0 beside the G0, which has tests of its own.</summary>
public sealed class U0FlashTests
{
    [Theory]
    [InlineData("STM32U031F4", "stm32u031xx")]
    [InlineData("STM32U083RC", "stm32u083xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string variant) => RegistersOfTheManual.Compare(part, "u0", variant);

    [Theory]
    [InlineData("STM32U031F4")]
    [InlineData("STM32U073RC")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new DoubleWordBench(part);
        Assert.Equal(bench.Board.Device.DeviceId, bench.Board[0x4001_5800] & 0xFFF);
        Assert.Equal((uint)bench.Board.Part.FlashKiB, bench.Board[bench.Board.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(bench.Board.Device.ResetHertz, 1_000_000_000_000 / bench.Board.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt + ((uint)bench.Board.Part.FlashKiB * 1024), 4, out _));
    }

    [Theory]
    [InlineData("STM32U031F4", 7u)]
    [InlineData("STM32U073RC", 127u)]
    public void Its_last_page_is_erased_and_no_other(string part, uint page)
    {
        var bench = new DoubleWordBench(part).Unlocked();
        bench.Board.Chip.Flash.Clear();
        bench.ErasePage(page);
        Assert.Equal(BSY | CFGBSY, bench[SR]);
        bench.Board.UntilClear(SR, BSY | CFGBSY);
        Assert.Equal((int)page * 2048, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
        Assert.Equal(2048, bench.Board.Chip.Flash.Count((byte)0xFF));
    }

    [Fact]
    public void The_clock_can_be_the_PLL_or_the_slowest()
    {
        var bench = new DoubleWordBench("STM32U073RC");
        bench.Board[0x4002_1000] |= 1 << 8;
        bench.Board.Wait(10_000);
        bench.Board[0x4002_100C] = 2 | 7 << 8 | 1u << 29 | 1 << 28; // 16 MHz x 7 / 2
        bench.Board[0x4002_1000] |= 1 << 24;
        bench.Board.Wait(100_000);
        bench.Board[0x4002_1008] = 3;
        Assert.Equal(3u, (bench.Board[0x4002_1008] >> 3) & 7);
        Assert.Equal(56_000_000, 1_000_000_000_000 / bench.Board.Chip.HclkPicoseconds, 100_000.0);
    }

    [Fact]
    public void A_blank_chip_starts_its_ROM_and_a_debugger_can_be_cut_off()
    {
        var bench = new DoubleWordBench("STM32U073RC", blank: true);
        Assert.Equal(1u << 16, bench[ACR] & 1 << 16);
        Assert.Equal(0x1FFF_0000u, bench.Board.Model.BootAddress);
        bench[ACR] = 0x0000_0200;
        Assert.Null(bench.Board.Chip.Swd);
        bench.Board.PulseReset();
        Assert.NotNull(bench.Board.Chip.Swd);
    }

    [Fact]
    public void A_protected_page_is_refused_and_level_1_bars_a_debugger()
    {
        var bench = new DoubleWordBench("STM32U031F4").OptionsUnlocked();
        bench[0x2C] = 2 | 3 << 16;
        bench.Commit();
        bench.Unlocked().ErasePage(2);
        Assert.Equal(WRPERR, bench.Refusals());
        bench.OptionsUnlocked();
        bench[OPTR] = (bench[OPTR] & ~0xFFu) | 0xBB;
        bench.Commit();
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt, 4, out _));
    }
}
