using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver of the two banks, register by register, against the controller of PM0068.</summary>
public sealed class The_flash_of_an_XL_density_STM32F1
{
    private static readonly (Device Device, Part Part) s_zg = DeviceDatabase.FindPart("STM32F103ZG")!.Value;
    private static readonly (Device Device, Part Part) s_zf = DeviceDatabase.FindPart("STM32F103ZF")!.Value;

    private readonly FakeF1Xl _chip = new(s_zg.Part.Layouts[0], s_zg.Device.Flash.Times);

    private FlashSector Page(int number) => _chip.Layout.Sectors.First(sector => sector.Number == number);

    private FlashController Open() => FlashFamilies.Of(s_zg.Device).Open(new FlashChip(_chip, _chip, _chip, s_zg.Device, _chip.Layout, 3.3));

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(511)]
    public void A_page_is_erased_in_its_bank_and_no_other(int number)
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(Page(number));

        Assert.False(_chip.At(0x0800_0000 + ((uint)number * 2048), 2048).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(2048, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal([0x80u, 0x80u], _chip.Cr);
    }

    [Fact]
    public void More_than_512_KiB_are_erased_at_once()
    {
        _chip.Cells.AsSpan().Clear();

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Equal(2, Open().EraseAllWords().Count);
    }

    [Fact]
    public void Half_words_are_programmed_across_the_border_of_the_banks()
    {
        Open().Program(new Address(0x0807_FFF8), Examples.Bytes(16));

        Assert.True(_chip.At(0x0807_FFF8, 16).SequenceEqual(Examples.Bytes(16)));
        Assert.All(_chip.Writes.Where(write => write.At < 0x2000_0000), write => Assert.Equal(2, write.Bytes));
    }

    [Fact]
    public void An_error_of_the_second_bank_is_told_with_the_name_of_its_register()
    {
        _chip.At(0x0808_0002, 2).Clear();

        var error = Assert.Throws<FlashException>(() => Open().Program(new Address(0x0808_0000), Examples.Bytes(4)));

        Assert.Equal(("NRST2006", new AddressRange(new Address(0x0808_0002), 2)), (error.Code, error.Where));
        Assert.Contains("FLASH_SR2 = 0x00000004 (PGERR)", error.Evidence);
        Assert.Equal(FlashFault.WriteProtected, Open().Decode(0x8000_0010).Fault);
        Assert.Equal("FLASH_SR = 0x00000010 (WRPRTERR)", Open().Decode(0x10).Text);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        (_chip.Sr[0], _chip.Sr[1]) = (0x34, 0x34);

        Open().Erase(Page(300));
        Open().Program(new Address(0x0800_0000), Examples.Bytes(4));
    }

    [Theory]
    [InlineData(0x4002_2004u)]
    [InlineData(0x4002_2044u)]
    public void A_wrong_key_to_either_bank_is_told(uint keyr)
    {
        _chip.Write32(new Address(keyr), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open().Erase(Page(0))).Code);
    }

    [Fact]
    public void An_erase_in_the_second_bank_is_waited_for()
    {
        _chip.Pace = 100;

        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open().Erase(Page(400))).Code);
    }

    [Fact]
    public void The_last_bit_of_WRPR_stands_for_the_rest_of_both_banks()
    {
        _chip.Wrpr = ~(1u << 31);

        Assert.Equal(Enumerable.Range(62, 450), FlashProtection.ReadFrom(_chip, s_zg.Device, _chip.Layout).WriteProtected.Order());
        Assert.Equal("NRST2003", Assert.Throws<FlashException>(() => Open().Erase(Page(511))).Code);
    }

    [Fact]
    public void The_loader_is_told_where_the_second_bank_and_its_registers_are()
    {
        Assert.Equal([0x0808_0000u, 0x40u], Open().Loader!.Arguments);
        Assert.Equal(2, s_zf.Part.Layouts[0].Banks.Count);
    }

    [Fact]
    public void BFB2_is_told_here_and_not_on_smaller_chips()
    {
        Assert.Contains(OptionReading.ReadFrom(_chip, s_zg.Device), option => option is { Name: "BFB2", Meaning: "boots from bank 1" });
        Assert.DoesNotContain(OptionReading.ReadFrom(_chip, DeviceDatabase.FindPart("STM32F103C8")!.Value.Device), option => option.Name == "BFB2");
    }
}
