using Nrst.Flash.Stm32G0;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0444.</summary>
public sealed class The_flash_of_an_STM32G0
{
    private static readonly (Device Device, Part Part) s_g071 = DeviceDatabase.FindPart("STM32G071RB")!.Value;
    private static readonly (Device Device, Part Part) s_g0b1 = DeviceDatabase.FindPart("STM32G0B1RE")!.Value;

    private readonly FakeG0 _chip = Fake(s_g071, One(s_g071));

    [Fact]
    public void A_page_is_erased_and_no_other()
    {
        _chip.Cells.AsSpan().Clear();

        Open(_chip).Erase(Sector(s_g071, 5));

        Assert.False(_chip.At(0x0800_2800, 0x800).ContainsAnyExcept((byte)0xFF));
        Assert.False(_chip.At(0x0800_0000, 0x2800).ContainsAnyExcept((byte)0));
        Assert.False(_chip.At(0x0800_3000, 0x1000).ContainsAnyExcept((byte)0));
        Assert.Equal(0x8000_0000, _chip.Cr & 0x8000_0001); // locked, and nothing selected
    }

    [Fact]
    public void A_page_of_the_second_bank_is_erased_by_its_bank_and_its_number_there()
    {
        var layout = s_g0b1.Part.Layouts.First(layout => layout.Banks.Count == 2 && layout.Banks[0].Number == 1);
        var chip = Fake(s_g0b1, layout);
        chip.Cells.AsSpan().Clear();
        var sector = layout.Banks[1].Layout.Sectors[3];

        Open(chip, s_g0b1.Device, layout).Erase(sector);

        Assert.False(chip.At(sector.Range.Start.Value, 0x800).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x800, chip.Cells.Count(cell => cell == 0xFF));
    }

    [Fact]
    public void Everything_goes_in_the_time_of_one_page()
    {
        var layout = s_g0b1.Part.Layouts.First(layout => layout.Banks.Count == 2 && layout.Banks[0].Number == 1);
        var chip = Fake(s_g0b1, layout);
        chip.Cells.AsSpan().Clear();
        var before = chip.Now;

        Open(chip, s_g0b1.Device, layout).EraseAll();

        Assert.False(chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.InRange((chip.Now - before).TotalSeconds, 0.02, 0.04);
    }

    [Fact]
    public void Double_words_are_programmed_low_word_first_and_blank_ones_are_left_out()
    {
        byte[] data = [1, 2, 3, 4, 5, 6, 7, 8, .. Enumerable.Repeat((byte)0xFF, 16), 9, 10, 11, 12, 13, 14, 15, 16];

        Open(_chip).Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 32).SequenceEqual(data));
        Assert.Equal(
            [0x0800_0100u, 0x0800_0104u, 0x0800_0118u, 0x0800_011Cu],
            _chip.Writes.Where(write => write.At < 0x2000_0000).Select(write => write.At));
        Assert.Equal(0x8000_0000, _chip.Cr & 0x8000_0001);
    }

    [Theory]
    [InlineData(0x0800_0104u, 8)]
    [InlineData(0x0800_0100u, 12)]
    public void Half_a_double_word_is_a_mistake_of_ours(uint at, int length) =>
        Assert.Throws<ArgumentException>(() => Open(_chip).Program(new Address(at), new byte[length]));

    [Fact]
    public void A_place_that_was_written_before_is_named()
    {
        _chip.At(0x0800_0108, 1)[0] = 0;

        var error = Assert.Throws<FlashException>(() => Open(_chip).Program(new Address(0x0800_0100), Examples.Bytes(16)));

        Assert.Equal("NRST2006", error.Code);
        Assert.Equal(new AddressRange(new Address(0x0800_0108), 8), error.Where);
        Assert.Contains("FLASH_SR = 0x00000008 (PROGERR)", error.Evidence);
        Assert.Equal(0x8000_0000, _chip.Cr & 0x8000_0000);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Protected.Add((1, 2));

        var erase = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(s_g071, 2)));
        var program = Assert.Throws<FlashException>(() => Open(_chip).Program(new Address(0x0800_1000), Examples.Bytes(8)));

        Assert.Equal(("NRST2003", "NRST2003"), (erase.Code, program.Code));
        Assert.Contains("FLASH_SR = 0x00000010 (WRPERR)", erase.Evidence);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0xC3FB;

        Open(_chip).Erase(Sector(s_g071, 0));
        Open(_chip).Program(new Address(0x0800_0000), Examples.Bytes(8));

        Assert.True(_chip.At(0x0800_0000, 8).SequenceEqual(Examples.Bytes(8)));
    }

    [Fact]
    public void A_controller_that_was_told_a_wrong_key_stays_shut_and_that_is_said()
    {
        _chip.Write32(new Address(0x4002_2008), 1);

        var error = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(s_g071, 0)));

        Assert.Equal("NRST2001", error.Code);
    }

    [Fact]
    public void A_controller_that_is_open_gets_no_keys()
    {
        _chip.Cr = 0;

        Open(_chip).Erase(Sector(s_g071, 0));

        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_2008);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_was_none()
    {
        _chip.IgnoresErase = true;

        var error = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(s_g071, 0)));

        Assert.Equal("NRST2005", error.Code);
    }

    [Fact]
    public void An_erase_that_does_not_end_is_given_up()
    {
        _chip.Pace = 100;

        var error = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(s_g071, 0)));

        Assert.Equal("NRST2004", error.Code);
    }

    [Theory]
    [InlineData(0x0004_0600u)]
    [InlineData(0x0004_0100u)]
    public void The_cache_is_reset_while_it_is_off_and_then_is_as_it_was(uint acr)
    {
        _chip.Acr = acr;

        Open(_chip).ResetCaches();

        Assert.Equal(acr, _chip.Acr);
        Assert.Contains(_chip.Writes, write => write.At == 0x4002_2000 && (write.Value & 1 << 11) != 0);
    }

    [Theory]
    [InlineData(0x0005_0600u, false, 0x0004_0600u)]
    [InlineData(0x0005_0600u, true, 0x0005_0600u)]
    [InlineData(0x0004_0600u, false, 0x0004_0600u)]
    public void A_chip_that_was_empty_is_told_that_it_no_longer_is(uint before, bool stillEmpty, uint after)
    {
        _chip.Acr = before;
        _chip.At(0x0800_0000, 4).Fill(stillEmpty ? (byte)0xFF : (byte)0x20);

        Open(_chip).AfterChange();

        Assert.Equal(after, _chip.Acr);
    }

    [Fact]
    public void Pages_between_STRT_and_END_of_WRP_are_refused_by_number()
    {
        _chip.Options[0x2C] = 4 << 16 | 2;
        _chip.Options[0x30] = 63 << 16 | 63;
        var layout = One(s_g071);

        var seen = FlashProtection.ReadFrom(_chip, s_g071.Device, layout);

        Assert.Equal([2, 3, 4, 63], seen.WriteProtected.Order());
        var error = Assert.Throws<RefusedException>(() => seen.Allow(layout.Sectors.Take(4), massErase: false, layout));
        Assert.Equal("NRST6002", error.Code);
        Assert.StartsWith("sectors 2-3 are write-protected", error.Message, StringComparison.Ordinal);
        seen.Allow(layout.Sectors.Skip(5).Take(10), massErase: false, layout);
        Assert.Throws<RefusedException>(() => seen.Allow([], massErase: true, layout));
    }

    [Fact]
    public void PCROP_counts_in_512_bytes_and_bars_the_pages_it_touches()
    {
        _chip.Options[0x24] = 7; // 0x0800_0E00, in page 1
        _chip.Options[0x28] = 8; // to 0x0800_11FF, in page 2

        var seen = FlashProtection.ReadFrom(_chip, s_g071.Device, One(s_g071));

        Assert.Equal([1, 2], seen.ReadProtected.Order());
    }

    [Fact]
    public void A_closed_securable_area_is_not_open_until_a_reset()
    {
        _chip.Options[0x80] = 3;
        Assert.Empty(FlashProtection.ReadFrom(_chip, s_g071.Device, One(s_g071)).Barriers);

        _chip.Cr |= 1 << 28; // SEC_PROT
        var seen = FlashProtection.ReadFrom(_chip, s_g071.Device, One(s_g071));

        Assert.Equal([0, 1, 2], seen.ReadProtected.Order());
        var error = Assert.Throws<RefusedException>(() => seen.Allow(One(s_g071).Sectors.Take(1), massErase: false, One(s_g071)));
        Assert.Equal("NRST6004", error.Code);
    }

    [Theory]
    [InlineData(0xAAu, ReadProtection.Level0)]
    [InlineData(0xBBu, ReadProtection.Level1)]
    [InlineData(0xCCu, ReadProtection.Level2)]
    public void RDP_is_the_low_byte_of_OPTR(uint rdp, ReadProtection level)
    {
        _chip.Options[0x20] = 0xDFFF_E100 | rdp;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_g071.Device, One(s_g071)).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Options[0x20] = 0xDFFF_E1AA & ~(1u << 16);

        var options = new Stm32G0Family().ReadOptions(_chip, s_g071.Device);

        Assert.Contains(new OptionReading("FLASH_OPTR", "IWDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_OPTR", "NRST_MODE", 3, "NRST is reset input and output"), options);
        Assert.DoesNotContain(options, option => option.Name == "DUAL_BANK");
        Assert.Contains(new Stm32G0Family().ReadOptions(_chip, s_g0b1.Device), option => option.Name == "DUAL_BANK");
    }

    private static FakeG0 Fake((Device Device, Part Part) chip, BankedLayout layout) => new(layout, chip.Device.Flash.Times);

    private static BankedLayout One((Device Device, Part Part) chip) => chip.Part.Layouts[0];

    private static FlashSector Sector((Device Device, Part Part) chip, int number) => One(chip).Sectors.First(sector => sector.Number == number);

    private static FlashController Open(FakeG0 chip) => Open(chip, s_g071.Device, One(s_g071));

    private static FlashController Open(FakeG0 chip, Device device, BankedLayout layout) =>
        FlashFamilies.Of(device).Open(new FlashChip(chip, chip, chip, device, layout, 3.3));
}
