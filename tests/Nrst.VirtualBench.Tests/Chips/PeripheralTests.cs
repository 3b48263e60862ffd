using System.Text;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class PeripheralTests
{
    private const uint RCC_CR = 0x4002_3800, RCC_PLLCFGR = 0x4002_3804, RCC_CFGR = 0x4002_3808;
    private const uint RCC_AHB1ENR = 0x4002_3830, RCC_APB1ENR = 0x4002_3840, RCC_APB2ENR = 0x4002_3844;
    private const uint CRC_DR = 0x4002_3000, CRC_CR = 0x4002_3008;

    [Fact]
    public void The_PLL_has_to_lock_before_the_chip_runs_from_it()
    {
        var bench = new Bench();
        Assert.Equal(62_500, bench.Chip.HclkPicoseconds);
        bench[RCC_CR] |= 1 << 16;
        Assert.Equal(0u, bench[RCC_CR] & 1 << 17);
        bench.Wait(3_000_000);
        Assert.NotEqual(0u, bench[RCC_CR] & 1 << 17);

        bench[RCC_PLLCFGR] = 8 | 336 << 6 | 1 << 22 | 7 << 24; // 8 MHz / 8 * 336 / 2
        bench[RCC_CR] |= 1 << 24;
        bench[RCC_CFGR] = 2 | 5 << 10 | 4 << 13;
        Assert.Equal(0u, bench[RCC_CFGR] >> 2 & 3);
        bench.Wait(200_000);
        bench[RCC_CFGR] = 2 | 5 << 10 | 4 << 13;
        Assert.Equal(2u, bench[RCC_CFGR] >> 2 & 3);
        Assert.Equal(1_000_000 / 168, bench.Chip.HclkPicoseconds);
    }

    [Fact]
    public void A_board_without_crystal_never_gets_HSERDY()
    {
        var bench = new Bench(options: new ChipOptions { HseHertz = null });
        bench[RCC_CR] |= 1 << 16;
        bench.Wait(1_000_000_000);
        Assert.Equal(0u, bench[RCC_CR] & 1 << 17);
    }

    [Fact]
    public void The_CRC_unit_needs_its_clock()
    {
        var bench = new Bench();
        bench[CRC_DR] = 0x3132_3334;
        Assert.Equal(0u, bench[CRC_DR]);

        bench[RCC_AHB1ENR] |= 1 << 12;
        bench[CRC_CR] = 1;
        foreach (var word in (uint[])[0x3132_3334, 0x3536_3738])
        {
            bench[CRC_DR] = word;
        }

        Assert.Equal(BitByBit("12345678"), bench[CRC_DR]);
    }

    [Fact]
    public void A_32_bit_timer_counts_microseconds_and_raises_its_compare_flag()
    {
        const uint TIM5 = 0x4000_0C00;
        var bench = new Bench();
        bench[RCC_APB1ENR] |= 1 << 3;
        bench[TIM5 + 0x28] = 15; // 16 MHz / 16
        bench[TIM5 + 0x14] = 1;
        bench[TIM5 + 0x10] = 0;
        bench[TIM5 + 0x34] = 1500;
        bench[TIM5] = 1;
        bench.Wait(1_000_000);
        Assert.Equal(1000u, bench[TIM5 + 0x24]);
        Assert.Equal(0u, bench[TIM5 + 0x10]);
        bench.Wait(500_000);
        Assert.Equal(2u, bench[TIM5 + 0x10]);
        bench[TIM5 + 0x10] = 0;
        Assert.Equal(0u, bench[TIM5 + 0x10]);
    }

    [Fact]
    public void A_16_bit_timer_overflows_at_ARR_and_stands_still_where_DBGMCU_says_so()
    {
        const uint TIM3 = 0x4000_0400;
        var bench = new Bench();
        bench[RCC_APB1ENR] |= 1 << 1;
        bench[0xE004_2008] = 1 << 1;
        bench[TIM3 + 0x2C] = 15_999;
        bench[TIM3] = 1;
        bench.Wait(2_500_000);
        Assert.InRange(bench[TIM3 + 0x24], 7_900u, 8_100u);
        Assert.Equal(1u, bench[TIM3 + 0x10] & 1);
        bench.Halt();
        bench.Wait(200_000);
        var before = bench[TIM3 + 0x24];
        bench.Wait(10_300_000);
        Assert.Equal(before, bench[TIM3 + 0x24]);
    }

    [Fact]
    public void A_USART_sends_at_its_baud_rate_and_hears_what_is_said_to_it()
    {
        const uint USART2 = 0x4000_4400;
        var bench = new Bench();
        bench[RCC_APB1ENR] |= 1 << 17;
        bench[USART2 + 8] = 139; // 16 MHz / 115200
        bench[USART2 + 12] = 1 << 13 | 1 << 3 | 1 << 2;
        bench[USART2 + 4] = 'O';
        bench[USART2 + 4] = 'K';
        Assert.Equal(0u, bench[USART2] & 1 << 7);
        bench.Wait(200_000);
        Assert.Equal("OK", Encoding.ASCII.GetString([.. bench.Chip.UsartLog.Select(sent => sent.Value)]));
        Assert.InRange(bench.Chip.UsartLog[1].Time - bench.Chip.UsartLog[0].Time, 86_000, 87_500);

        bench.Chip.UsartInput(2, "!"u8, bench.Now);
        bench.Wait(100_000);
        Assert.NotEqual(0u, bench[USART2] & 1 << 5);
        Assert.Equal('!', bench[USART2 + 4]);
        Assert.Equal(0u, bench[USART2] & 1 << 5);
    }

    [Fact]
    public void A_pin_reads_back_what_it_puts_out_and_an_input_what_the_board_puts_in()
    {
        var bench = new Bench();
        bench[RCC_AHB1ENR] |= 1 << 2;
        bench[0x4002_0800] = 1 << 26;       // PC13 output
        bench[0x4002_0818] = 1 << 13;
        Assert.Equal(1u << 13, bench[0x4002_0810]);
        bench[0x4002_0818] = 1 << 29;
        Assert.Equal(0u, bench[0x4002_0810]);
        bench.Chip.DrivePin('C', 3, true);
        Assert.Equal(8u, bench[0x4002_0810]);
    }

    [Fact]
    public void SYSCFG_maps_the_SRAM_to_address_zero()
    {
        var bench = new Bench();
        bench[0x2000_0000] = 0xCAFE_F00D;
        Assert.Equal(0x2000_1000u, bench[0]);
        bench[RCC_APB2ENR] |= 1 << 14;
        bench[0x4001_3800] = 3;
        Assert.Equal(0xCAFE_F00Du, bench[0]);
    }

    [Theory]
    [InlineData(0x1001_0000u)] // beyond the CCM
    [InlineData(0x2002_0000u)] // beyond the SRAM
    [InlineData(0x6000_0000u)] // FSMC without a memory behind it
    [InlineData(0x5FFF_FFFCu)]
    [InlineData(0xE010_0000u)]
    public void Where_nothing_is_the_bus_reports_an_error(uint address)
    {
        var bench = new Bench();
        Assert.Equal(BusStatus.Error, bench.Load(address, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Store(address, 4, 0));
    }

    [Fact]
    public void The_identity_is_where_the_manual_puts_it()
    {
        var bench = new Bench(options: new ChipOptions { Revision = 0x1007 });
        Assert.Equal(0x1007_0413u, bench[0xE004_2000]);
        Assert.Equal(0x0037_002Au, bench[0x1FFF_7A10]);
        Assert.Equal(BusStatus.Ok, bench.Load(0x1FFF_7A22, 2, out var kib));
        Assert.Equal(1024u, kib);
        bench[0x1000_FFFC] = 0x55AA_55AA;
        Assert.Equal(0x55AA_55AAu, bench[0x1000_FFFC]);
        bench[0x2200_0000 + 32] = 1; // bit 0 of byte 1
        Assert.Equal(0x100u, bench[0x2000_0000] & 0x100);
    }

    [Fact]
    public void An_unknown_peripheral_is_noted_once()
    {
        var bench = new Bench();
        bench[0x4001_3000] = 5;
        Assert.Equal(5u, bench[0x4001_3000]);
        Assert.Single(bench.Chip.Notes);
    }

    private static uint BitByBit(string text)
    {
        var crc = uint.MaxValue;
        foreach (var value in Encoding.ASCII.GetBytes(text))
        {
            for (var bit = 7; bit >= 0; bit--)
            {
                var feedback = crc >> 31 != (uint)(value >> bit & 1);
                crc = crc << 1 ^ (feedback ? 0x04C1_1DB7u : 0);
            }
        }

        return crc;
    }
}
