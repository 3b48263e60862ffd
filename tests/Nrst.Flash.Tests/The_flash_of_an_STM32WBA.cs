using Nrst.Flash.Stm32Wba;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0493 and RM0515.</summary>
public sealed class The_flash_of_an_STM32WBA
{
    private static readonly (Device Device, Part Part) s_wba55 = DeviceDatabase.FindPart("STM32WBA55CG")!.Value;
    private static readonly (Device Device, Part Part) s_wba65 = DeviceDatabase.FindPart("STM32WBA65RI")!.Value;

    private readonly FakeWba _chip = Fake(s_wba55);

    [Theory]
    [InlineData("STM32WBA55CG", 127, 0x080F_E000u)]
    [InlineData("STM32WBA65RI", 127, 0x080F_E000u)]
    [InlineData("STM32WBA65RI", 129, 0x0810_2000u)]
    [InlineData("STM32WBA65RG", 65, 0x0808_2000u)]
    public void A_page_is_erased_and_no_other(string name, int number, uint at)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        chip.Cells.AsSpan().Clear();
        var sector = Layout(part).Sectors.First(sector => sector.Number == number);
        Assert.Equal(at, sector.Range.Start.Value);

        Open(chip, part).Erase(sector);

        Assert.False(chip.At(at, 0x2000).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x2000, chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(0x8000_0000, chip.Cr & 0x8000_0001); // locked, and nothing selected
    }

    [Fact]
    public void Quad_words_are_written_whole_and_blank_ones_are_left_out()
    {
        byte[] data = [.. Examples.Bytes(16), .. Examples.Blank(16), 1, .. Examples.Blank(15)];

        Open(_chip).Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 48).SequenceEqual(data));
        Assert.Equal(8, _chip.Writes.Count(write => write.At < 0x2000_0000));
    }

    [Fact]
    public void A_place_that_was_written_before_is_named()
    {
        _chip.At(0x0800_0110, 1)[0] = 0;

        var error = Assert.Throws<FlashException>(() => Open(_chip).Program(new Address(0x0800_0100), Examples.Bytes(32)));

        Assert.Equal("NRST2006", error.Code);
        Assert.Equal(new AddressRange(new Address(0x0800_0110), 16), error.Where);
        Assert.Contains("FLASH_NSSR = 0x00000008 (PROGERR)", error.Evidence);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0x20FB;

        Open(_chip).Erase(Layout(s_wba55).Sectors.First());
        Open(_chip).Program(new Address(0x0800_0000), Examples.Bytes(16));

        Assert.True(_chip.At(0x0800_0000, 16).SequenceEqual(Examples.Bytes(16)));
    }

    [Fact]
    public void A_word_that_was_left_half_written_is_told()
    {
        Assert.Equal(FlashFault.Sequence, Open(_chip).Decode(1 << 17).Fault);
        Assert.Equal((true, FlashFault.None), (Open(_chip).Decode(3 << 16).IsBusy, Open(_chip).Decode(3 << 16).Fault));
    }

    [Theory]
    [InlineData("STM32WBA55CG", 0x4u)]
    [InlineData("STM32WBA65RI", 0x8004u)]
    public void Everything_goes_at_once_where_the_part_has_it_all(string name, uint word)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        chip.Cells.AsSpan().Clear();

        Open(chip, part).EraseAll();

        Assert.False(chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Contains(chip.Writes, write => write == (0x4002_2028u, word | 1 << 16, 4));
        var small = DeviceDatabase.FindPart("STM32WBA65RG")!.Value;
        Assert.Empty(Open(Fake(small), small).EraseAllWords());
    }

    [Fact]
    public void An_open_controller_gets_no_keys_and_a_wrong_key_shuts_it()
    {
        _chip.Cr = 0;
        Open(_chip).Erase(Layout(s_wba55).Sectors.First());
        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_2008);

        _chip.Write32(new Address(0x4002_2008), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open(_chip).Erase(Layout(s_wba55).Sectors.First())).Code);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Protected.Add((1, 0));

        Assert.Equal("NRST2003", Assert.Throws<FlashException>(() => Open(_chip).Erase(Layout(s_wba55).Sectors.First())).Code);
        Assert.Equal("NRST2003", Assert.Throws<FlashException>(() => Open(_chip).Program(new Address(0x0800_0000), Examples.Bytes(16))).Code);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_or_never_is_told()
    {
        _chip.IgnoresErase = true;
        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open(_chip).Erase(Layout(s_wba55).Sectors.First())).Code);

        _chip.IgnoresErase = false;
        _chip.Pace = 1000;
        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open(_chip).Erase(Layout(s_wba55).Sectors.First())).Code);
    }

    [Fact]
    public void Pages_between_PSTRT_and_PEND_of_WRP_are_refused_by_number_whatever_UNLOCK_says()
    {
        var chip = Fake(s_wba65);
        chip.Options[0x58] = 0x0003_0002; // UNLOCK = 0
        chip.Options[0x6C] = 0x8001_0001;

        var seen = FlashProtection.ReadFrom(chip, s_wba65.Device, Layout(s_wba65));

        Assert.Equal([2, 3, 129], seen.WriteProtected.Order());
        Assert.Equal("NRST6002", Assert.Throws<RefusedException>(() => seen.Allow(Layout(s_wba65).Sectors.Take(3), massErase: false, Layout(s_wba65))).Code);
    }

    [Fact]
    public void Secure_pages_are_refused_only_with_TrustZone()
    {
        _chip.Options[0x50] = 3 << 16 | 2;
        Assert.Empty(FlashProtection.ReadFrom(_chip, s_wba55.Device, Layout(s_wba55)).Barriers);

        _chip.Options[0x40] = 0x9FEF_F855;
        var seen = FlashProtection.ReadFrom(_chip, s_wba55.Device, Layout(s_wba55));

        Assert.Equal([2, 3], seen.ReadProtected.Order());
        Assert.Equal(ReadProtection.NonSecureOnly, seen.Read);
    }

    [Theory]
    [InlineData(0x1FEF_F8AAu, ReadProtection.Level0)]
    [InlineData(0x1FEF_F855u, ReadProtection.Level1)] // level 0.5 needs TrustZone
    [InlineData(0x1FEF_F8CCu, ReadProtection.Level2)]
    public void RDP_is_the_low_byte_of_OPTR(uint optr, ReadProtection level)
    {
        _chip.Options[0x40] = optr;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_wba55.Device, Layout(s_wba55)).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Options[0x40] &= ~(1u << 16);

        var options = new Stm32WbaFamily().ReadOptions(_chip, s_wba55.Device);

        Assert.Contains(new OptionReading("FLASH_OPTR", "IWDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_NSBOOTADD0R", "NSBOOTADD0", 0x10_0000, "0x0800_0000"), options);
        Assert.DoesNotContain(options, option => option.Name == "DUAL_BANK");
        Assert.Contains(new Stm32WbaFamily().ReadOptions(Fake(s_wba65), s_wba65.Device), option => option.Name == "DUAL_BANK");
    }

    private static FakeWba Fake((Device Device, Part Part) part) => new(Layout(part), part.Device.Flash.Times);

    private static BankedLayout Layout((Device Device, Part Part) part) => part.Part.Layouts[0];

    private static FlashController Open(FakeWba chip) => Open(chip, s_wba55);

    private static FlashController Open(FakeWba chip, (Device Device, Part Part) part) =>
        FlashFamilies.Of(part.Device).Open(new FlashChip(chip, chip, chip, part.Device, Layout(part), 3.3));
}
