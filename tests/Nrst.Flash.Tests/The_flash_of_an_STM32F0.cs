using Nrst.Flash.Stm32F0;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The STM32F0 and F3: the controller of the STM32F1, and option bytes of their own after RM0091, RM0313 and RM0316.</summary>
public sealed class The_flash_of_an_STM32F0
{
    private static readonly (Device Device, Part Part) s_f030 = DeviceDatabase.FindPart("STM32F030F4")!.Value;
    private static readonly (Device Device, Part Part) s_f091 = DeviceDatabase.FindPart("STM32F091RC")!.Value;
    private static readonly (Device Device, Part Part) s_f303 = DeviceDatabase.FindPart("STM32F303RE")!.Value;
    private static readonly (Device Device, Part Part) s_f373 = DeviceDatabase.FindPart("STM32F373RC")!.Value;

    private readonly FakeF1 _chip = Fake(s_f030);

    [Fact]
    public void Pages_are_erased_and_half_words_programmed()
    {
        _chip.Cells.AsSpan().Clear();

        Open(_chip, s_f030).Erase(_chip.Layout.Sectors.ElementAt(3));
        Open(_chip, s_f030).Program(new Address(0x0800_0C00), Examples.Bytes(8));

        Assert.True(_chip.At(0x0800_0C00, 8).SequenceEqual(Examples.Bytes(8)));
        Assert.Equal(0x400 - 8, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(0x80u, _chip.Cr);
    }

    [Fact]
    public void PG_left_set_by_an_earlier_job_does_not_stop_an_F030_from_erasing_everything()
    {
        _chip.Cells.AsSpan().Clear();
        _chip.Cr = 1; // open, and PG set

        Open(_chip, s_f030).EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        var start = _chip.Writes.First(write => write.At == 0x4002_2010 && (write.Value & 1 << 6) != 0);
        Assert.Equal(0u, start.Value & 1);
    }

    [Fact]
    public void A_chip_that_is_open_gets_no_key()
    {
        _chip.Cr = 0;

        Open(_chip, s_f030).Erase(_chip.Layout.Sectors.First());

        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_2004);
    }

    [Fact]
    public void A_bit_of_WRPR_stands_for_4_KiB_and_the_last_for_the_rest()
    {
        _chip.Wrpr = 0xFFFF & ~2u; // 16 bits are all that small chips have
        Assert.Equal([4, 5, 6, 7], FlashProtection.ReadFrom(_chip, s_f030.Device, _chip.Layout).WriteProtected.Order());

        var big = Fake(s_f091);
        big.Wrpr = ~(1u << 31) & ~(1u << 1);
        Assert.Equal([2, 3, .. Enumerable.Range(62, 66)], FlashProtection.ReadFrom(big, s_f091.Device, big.Layout).WriteProtected.Order());

        var biggest = Fake(s_f303);
        biggest.Wrpr = ~(1u << 31);
        Assert.Equal(Enumerable.Range(62, 194), FlashProtection.ReadFrom(biggest, s_f303.Device, biggest.Layout).WriteProtected.Order());
    }

    [Fact]
    public void An_F091_that_was_empty_does_not_run_its_program_before_a_power_cycle_and_that_is_told()
    {
        var chip = Fake(s_f091);
        Assert.Contains("boot loader", Open(chip, s_f091).Notice!, StringComparison.Ordinal);

        chip.At(0x0800_0000, 4).Clear();

        Assert.Null(Open(chip, s_f091).Notice);
        Assert.Null(Open(_chip, s_f030).Notice); // an F030F4 does not look
    }

    [Theory]
    [InlineData(0u, ReadProtection.Level0)]
    [InlineData(1u, ReadProtection.Level1)]
    [InlineData(2u, ReadProtection.Level1)]
    [InlineData(3u, ReadProtection.Level2)]
    public void RDPRT_has_two_bits(uint rdprt, ReadProtection level)
    {
        _chip.Obr = 0xFFFF_FF00 | rdprt << 1;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_f030.Device, _chip.Layout).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Obr = 0xFFFF_FE00;

        var options = new Stm32F0Family().ReadOptions(_chip, s_f030.Device);

        Assert.Contains(new OptionReading("FLASH_OBR", "WDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_OBR", "RDPRT", 0, "level 0, no read-out protection"), options);
        Assert.DoesNotContain(options, option => option.Name is "BOOT_SEL" or "nBOOT0" or "SDADC12_VDD_MONITOR");
        Assert.Contains(new Stm32F0Family().ReadOptions(Fake(s_f091), s_f091.Device), option => option.Name == "BOOT_SEL");
        Assert.Contains(new Stm32F0Family().ReadOptions(Fake(s_f373), s_f373.Device), option => option.Name == "SDADC12_VDD_MONITOR");
    }

    private static FakeF1 Fake((Device Device, Part Part) chip) => new(chip.Part.Layouts[0], chip.Device.Flash.Times);

    private static FlashController Open(FakeF1 chip, (Device Device, Part Part) what) =>
        FlashFamilies.Of(what.Device).Open(new FlashChip(chip, chip, chip, what.Device, chip.Layout, 3.3));
}
