using System.Text;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Tests.Chips.Flash;

namespace Nrst.VirtualBench.Tests.Chips;

/// <summary>Peripherals in the shape that the lines after F4 and L1 have, on an STM32G071.</summary>
public sealed class LaterPeripherals
{
    private const uint DR = 0x4002_3000, CR = 0x4002_3008, INIT = 0x4002_3010, POL = 0x4002_3014;

    /// <summary>The check values of the catalogue of CRC algorithms, for "123456789".</summary>
    [Theory]
    [InlineData(0x04C1_1DB7u, 0u, uint.MaxValue, 0x0376_E6E7u)] // CRC-32/MPEG-2
    [InlineData(0x04C1_1DB7u, 1u << 5 | 1u << 7, uint.MaxValue, ~0xCBF4_3926u)] // CRC-32 before its last inversion
    [InlineData(0x1021u, 1u << 3, 0xFFFFu, 0x29B1u)] // CRC-16/CCITT-FALSE
    [InlineData(0x07u, 2u << 3, 0u, 0xF4u)] // CRC-8
    [InlineData(0x09u, 3u << 3, 0u, 0x75u)] // CRC-7/MMC
    public void The_CRC_unit_computes_whatever_it_is_told(uint polynomial, uint control, uint seed, uint check)
    {
        var bench = Board();
        bench[0x4002_1038] |= 1 << 12;
        bench[POL] = polynomial;
        bench[INIT] = seed;
        bench[CR] = control | 1;
        foreach (var letter in "123456789")
        {
            Assert.Equal(BusStatus.Ok, bench.Store(DR, 1, letter));
        }

        Assert.Equal(check, bench[DR]);
        bench[CR] = control | 1;
        Assert.Equal(BusStatus.Ok, bench.Store(DR, 2, 0x3132));
        foreach (var letter in "3456789")
        {
            Assert.Equal(BusStatus.Ok, bench.Store(DR, 1, letter));
        }

        // Reversed byte by byte, a half-word is still its high byte first.
        Assert.Equal(check, bench[DR]);
    }

    [Fact]
    public void Words_are_fed_whole()
    {
        var bench = Board();
        bench[0x4002_1038] |= 1 << 12;
        bench[CR] = 1;
        bench[DR] = 0x3132_3334;
        var words = bench[DR];
        bench[CR] = 1;
        foreach (var letter in "1234")
        {
            bench.Store(DR, 1, letter);
        }

        Assert.Equal(bench[DR], words);
    }

    [Fact]
    public void A_USART_with_ISR_and_ICR_sends_and_receives()
    {
        var bench = Board();
        const uint cr1 = 0x4000_4400, brr = 0x4000_440C, isr = 0x4000_441C, icr = 0x4000_4420, rdr = 0x4000_4424, tdr = 0x4000_4428;
        bench[0x4002_103C] |= 1 << 17;
        Assert.Equal(0xC0u, bench[isr]);
        bench[brr] = 139; // 115200 at 16 MHz
        bench[cr1] = 1 | 1 << 2 | 1 << 3;
        Assert.Equal(3u << 21, bench[isr] & 3u << 21);
        foreach (var letter in "hi")
        {
            bench[tdr] = letter;
            bench.Wait(100_000);
        }

        Assert.Equal("hi", Encoding.ASCII.GetString([.. bench.Chip.UsartLog.Select(sent => sent.Value)]));
        Assert.Equal(1u << 6, bench[isr] & 1 << 6);
        bench[icr] = 1 << 6;
        Assert.Equal(0u, bench[isr] & 1 << 6);

        bench.Chip.UsartInput(2, "ok"u8, bench.Now);
        bench.Wait(1_000_000);
        Assert.Equal(1u << 3 | 1u << 5, bench[isr] & (1 << 3 | 1 << 5)); // nobody fetched the first
        Assert.Equal((uint)'o', bench[rdr]);
        Assert.Equal(1u << 3, bench[isr] & (1 << 3 | 1 << 5));
        bench[icr] = 1 << 3;
        Assert.Equal(0u, bench[isr] & (1 << 3 | 1 << 5));
    }

    [Fact]
    public void Watchdogs_stand_still_with_the_core_where_DBGMCU_says_so()
    {
        var bench = Board();
        bench[0x4001_5808] = 1 << 12;
        bench[0x4000_3000] = 0x5555;
        bench[0x4000_3008] = 10;
        bench[0x4000_3000] = 0xCCCC;
        bench.Wait(1_000_000_000);
        Assert.Equal(0u, bench[0x4002_1060] & 1 << 29);
        bench[0x4001_5808] = 0;
        bench.Wait(1_000_000_000);
        Assert.Equal(1u << 29, bench[0x4002_1060] & 1 << 29);
    }

    [Fact]
    public void A_block_without_its_clock_reads_zero_and_takes_nothing()
    {
        var bench = Board();
        bench[CR] = 1;
        Assert.Equal(0u, bench[DR]);
        bench[0x4002_1038] |= 1 << 12;
        Assert.Equal(uint.MaxValue, bench[DR]);
        bench[0x4002_1038] &= ~(1u << 8);
        Assert.Equal(0u, bench.Register(0x14)); // the flash registers have a clock bit, too
    }

    [Fact]
    public void A_clock_that_is_not_ready_is_not_switched_to()
    {
        var bench = Board();
        bench[0x4002_1008] = 2;
        Assert.Equal(0u, bench[0x4002_1008] & 0x3F);
        bench[0x4002_1000] &= ~(1u << 8); // HSI is what the core runs on
        Assert.Equal(1u << 8, bench[0x4002_1000] & 1 << 8);
    }

    [Fact]
    public void BRR_takes_outputs_down()
    {
        var bench = Board();
        bench[0x4002_1034] |= 1;
        bench[0x5000_0014] = 0x21;
        bench[0x5000_0028] = 0x20;
        Assert.Equal(1u, bench[0x5000_0014]);
    }

    private static FlashBench Board() => new("STM32G071RB");
}
