using Nrst.Flash.Stm32F1;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of PM0075.</summary>
public sealed class The_flash_of_an_STM32F1
{
    private static readonly (Device Device, Part Part) s_c8 = DeviceDatabase.FindPart("STM32F103C8")!.Value;
    private static readonly (Device Device, Part Part) s_ze = DeviceDatabase.FindPart("STM32F103ZE")!.Value;

    private readonly FakeF1 _chip = new(s_c8.Part.Layouts[0], s_c8.Device.Flash.Times);

    private FlashSector Page(int number) => _chip.Layout.Sectors.First(sector => sector.Number == number);

    private FlashController Open() => FlashFamilies.Of(s_c8.Device).Open(new FlashChip(_chip, _chip, _chip, s_c8.Device, _chip.Layout, 3.3));

    [Fact]
    public void A_page_is_erased_and_no_other()
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(Page(3));

        Assert.False(_chip.At(0x0800_0C00, 0x400).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x400, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(0x80u, _chip.Cr);
    }

    [Fact]
    public void All_pages_are_erased_at_once()
    {
        _chip.Cells.AsSpan().Clear();

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Half_words_are_programmed_and_blank_ones_left_out()
    {
        byte[] data = [1, 2, 0xFF, 0xFF, 0xFF, 0xFF, 7, 8];

        Open().Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 8).SequenceEqual(data));
        Assert.Equal(
            [(0x0800_0100u, 0x0201u, 2), (0x0800_0106u, 0x0807u, 2)],
            _chip.Writes.Where(write => write.At < 0x2000_0000));
    }

    [Fact]
    public void A_copy_that_hides_its_lock_is_given_the_keys_all_the_same()
    {
        _chip.HidesLock = true;

        Open().Program(new Address(0x0800_0100), Examples.Bytes(4));

        Assert.True(_chip.At(0x0800_0100, 4).SequenceEqual(Examples.Bytes(4)));
    }

    [Fact]
    public void A_half_word_that_was_written_before_is_named()
    {
        _chip.At(0x0800_0102, 2).Clear();

        var error = Assert.Throws<FlashException>(() => Open().Program(new Address(0x0800_0100), Examples.Bytes(4)));

        Assert.Equal(("NRST2006", new AddressRange(new Address(0x0800_0102), 2)), (error.Code, error.Where));
        Assert.Contains("FLASH_SR = 0x00000004 (PGERR)", error.Evidence);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Wrpr = ~1u;

        var erase = Assert.Throws<FlashException>(() => Open().Erase(Page(0)));
        var program = Assert.Throws<FlashException>(() => Open().Program(new Address(0x0800_0000), Examples.Bytes(4)));

        Assert.Equal(("NRST2003", "NRST2003"), (erase.Code, program.Code));
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0x34;

        Open().Erase(Page(0));
        Open().Program(new Address(0x0800_0000), Examples.Bytes(4));
    }

    [Fact]
    public void A_wrong_key_is_told()
    {
        _chip.Write32(new Address(0x4002_2004), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open().Erase(Page(0))).Code);
    }

    [Fact]
    public void A_bit_of_WRPR_stands_for_4_KiB_and_the_last_for_the_rest()
    {
        var layout = s_ze.Part.Layouts[0];

        Assert.Equal([2, 3], WriteProtection.Sectors(~(1u << 1), layout).Order());
        Assert.Equal(Enumerable.Range(62, 194), WriteProtection.Sectors(~(1u << 31), layout).Order());
        Assert.Equal([4, 5, 6, 7], WriteProtection.Sectors(~(1u << 1), s_c8.Part.Layouts[0]).Order());
        Assert.Empty(WriteProtection.Sectors(uint.MaxValue, layout));
    }

    [Theory]
    [InlineData(0x03FF_FFFCu, ReadProtection.Level0)]
    [InlineData(0x03FF_FFFEu, ReadProtection.Level1)]
    public void RDPRT_closes_the_flash(uint obr, ReadProtection level)
    {
        _chip.Obr = obr;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_c8.Device, _chip.Layout).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Obr = 0x03FF_FFF8;

        var options = OptionReading.ReadFrom(_chip, s_c8.Device);

        Assert.Contains(new OptionReading("FLASH_OBR", "WDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(options, option => option is { Name: "Data1", Value: 0xFF });
    }
}
