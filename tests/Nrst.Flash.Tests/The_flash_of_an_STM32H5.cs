using Nrst.Flash.Stm32H5;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0481.</summary>
public sealed class The_flash_of_an_STM32H5
{
    private static readonly (Device Device, Part Part) s_h563 = DeviceDatabase.FindPart("STM32H563ZI")!.Value;
    private static readonly (Device Device, Part Part) s_h503 = DeviceDatabase.FindPart("STM32H503RB")!.Value;
    private static readonly (Device Device, Part Part) s_c5 = DeviceDatabase.FindPart("STM32C562RE")!.Value;

    private readonly FakeH5 _chip = Fake(s_h563);

    [Theory]
    [InlineData("STM32H563ZI", 5, 0x0800_A000u)]
    [InlineData("STM32H563ZI", 130, 0x0810_4000u)]
    [InlineData("STM32H563ZG", 64, 0x0808_0000u)]
    [InlineData("STM32H503RB", 15, 0x0801_E000u)]
    [InlineData("STM32H523CC", 31, 0x0803_E000u)]
    [InlineData("STM32C562RE", 40, 0x0805_0000u)]
    public void A_sector_is_erased_and_no_other(string name, int number, uint at)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        chip.Cells.AsSpan().Clear();
        var sector = Layout(part).Sectors.First(sector => sector.Number == number);
        Assert.Equal(at, sector.Range.Start.Value);

        Open(chip, part).Erase(sector);

        Assert.False(chip.At(at, 0x2000).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x2000, chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(1u, chip.Cr); // locked, and nothing selected
    }

    [Fact]
    public void With_the_banks_swapped_BKSEL_is_still_the_physical_bank()
    {
        var layout = s_h563.Part.Layouts.First(layout => layout.Banks[0].Number == 2);
        var chip = new FakeH5(layout, s_h563.Device.Flash.Times);
        chip.Cells.AsSpan().Clear();

        FlashFamilies.Of(s_h563.Device).Open(new FlashChip(chip, chip, chip, s_h563.Device, layout, 3.3)).Erase(layout.Sectors.First());

        Assert.False(chip.At(0x0800_0000, 0x2000).ContainsAnyExcept((byte)0xFF));
        Assert.Contains(chip.Writes, write => write == (0x4002_2028u, 0x8000_0024u, 4));
    }

    [Fact]
    public void Quad_words_are_written_whole_and_blank_ones_are_left_out()
    {
        byte[] data = [.. Examples.Bytes(16), .. Examples.Blank(16), 1, .. Examples.Blank(15)];

        Open(_chip).Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 48).SequenceEqual(data));
        Assert.Equal(8, _chip.Writes.Count(write => write.At < 0x2000_0000));
        Assert.Equal((16, 16u), (Open(_chip).Access, Open(_chip).Grain.Unit));
        Assert.Equal(1u, _chip.Cr);
    }

    [Fact]
    public void Flags_of_an_earlier_job_are_cleared_through_NSCCR_and_do_not_end_this_one()
    {
        _chip.Sr = 0xFF_0000;

        Open(_chip).Erase(Sector(0));
        Open(_chip).Program(new Address(0x0800_0000), Examples.Bytes(16));

        Assert.True(_chip.At(0x0800_0000, 16).SequenceEqual(Examples.Bytes(16)));
    }

    [Fact]
    public void A_quad_word_that_was_left_half_written_is_told()
    {
        _chip.Buffer.Add((0x0800_0000, 0));

        var error = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(0)));

        Assert.Equal("NRST2002", error.Code);
        Assert.Equal(FlashFault.Sequence, Open(_chip).Decode(2).Fault);
        Assert.Equal(FlashFault.None, Open(_chip).Decode(3).Fault);
        Assert.True(Open(_chip).Decode(8).IsBusy);
    }

    [Fact]
    public void Everything_is_erased_with_MER_and_STRT_and_nothing_else()
    {
        _chip.Cells.AsSpan().Clear();

        Open(_chip).EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Contains(_chip.Writes, write => write == (0x4002_2028u, 0x8020u, 4));
    }

    [Fact]
    public void A_mass_erase_is_not_used_where_it_takes_more_than_the_part_has()
    {
        var small = DeviceDatabase.FindPart("STM32H563ZG")!.Value;

        Assert.Empty(Open(Fake(small), small).EraseAllWords());
        Assert.Empty(Open(Fake(s_c5), s_c5).EraseAllWords()); // nobody says what becomes of the data area
    }

    [Fact]
    public void An_open_controller_gets_no_keys_and_a_wrong_key_shuts_it()
    {
        _chip.Cr = 0;
        Open(_chip).Erase(Sector(0));
        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_2004);

        _chip.Write32(new Address(0x4002_2004), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(0))).Code);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Protected.Add((1, 2));

        var error = Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(2)));

        Assert.Equal("NRST2003", error.Code);
        Assert.Contains("FLASH_NSSR = 0x00020000 (WRPERR)", error.Evidence);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_or_never_is_told()
    {
        _chip.IgnoresErase = true;
        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(0))).Code);

        _chip.IgnoresErase = false;
        _chip.Pace = 1000;
        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open(_chip).Erase(Sector(0))).Code);
    }

    [Theory]
    [InlineData(5u, true)]
    [InlineData(4u, false)]
    public void Bank_2_reads_as_before_the_erase_until_the_cache_is_emptied(uint icache, bool touched)
    {
        _chip.IcacheCr = icache;

        Open(_chip).ResetCaches();

        Assert.Equal(icache, _chip.IcacheCr);
        Assert.Equal(!touched, _chip.IcacheIsStale); // off since the reset it holds nothing
    }

    [Theory]
    [InlineData(0x0001_0013u, false, 0x13u)]
    [InlineData(0x0001_0013u, true, 0x0001_0013u)]
    [InlineData(0x13u, false, 0x13u)]
    public void A_chip_that_was_empty_is_told_that_it_no_longer_is(uint before, bool stillEmpty, uint after)
    {
        _chip.Acr = before;
        _chip.At(0x0800_0000, 4).Fill(stillEmpty ? (byte)0xFF : (byte)0x20);

        Open(_chip).AfterChange();

        Assert.Equal(after, _chip.Acr);
    }

    [Theory]
    [InlineData(0xEDu, null)]
    [InlineData(0x17u, "provisioning")]
    [InlineData(0xC6u, "TZ-closed")]
    [InlineData(0x72u, "closed")]
    [InlineData(0x5Cu, "locked")]
    [InlineData(0x9Au, "regression")]
    [InlineData(0x00u, "not a state")]
    public void A_product_state_other_than_open_is_refused_with_what_would_open_it(uint state, string? words)
    {
        _chip.Options[0x50] = 0x2D30_00F8 | state << 8;

        var seen = FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563));

        Assert.Equal(words is null, seen.Closed is null);
        if (words is not null)
        {
            var error = Assert.Throws<RefusedException>(() => seen.Allow([Sector(0)], massErase: false, Layout(s_h563)));
            Assert.Equal("NRST6003", error.Code);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0xEDu, ReadProtection.Level0)]
    [InlineData(0x72u, ReadProtection.Level2)]
    [InlineData(0xD1u, ReadProtection.Level2)]
    [InlineData(0x00u, ReadProtection.Level1)]
    public void An_STM32C5_has_levels_instead(uint level, ReadProtection expected)
    {
        var chip = Fake(s_c5);
        chip.Options[0x50] = 0x00F0_00F8 | level << 8;

        var seen = FlashProtection.ReadFrom(chip, s_c5.Device, Layout(s_c5));

        Assert.Equal((expected, null), (seen.Read, seen.Closed));
    }

    [Fact]
    public void A_bit_of_WRPSG_is_four_sectors_and_one_on_the_H503()
    {
        _chip.Options[0xE8] = ~2u;
        _chip.Options[0x1E8] = 0x7FFF_FFFF;
        var small = Fake(s_h503);
        small.Options[0xE8] = ~2u;

        Assert.Equal([4, 5, 6, 7, 252, 253, 254, 255], FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563)).WriteProtected.Order());
        Assert.Equal([1], FlashProtection.ReadFrom(small, s_h503.Device, Layout(s_h503)).WriteProtected);
    }

    [Fact]
    public void What_nobody_says_of_the_C5_counts_as_protected()
    {
        var chip = Fake(s_c5);
        chip.Options[0xE8] = ~2u;

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], FlashProtection.ReadFrom(chip, s_c5.Device, Layout(s_c5)).WriteProtected.Order());
    }

    [Fact]
    public void Sectors_of_the_data_area_are_no_part_of_the_flash()
    {
        _chip.Options[0xF0] = 0x8001;
        _chip.Options[0x1F0] = 7; // not enabled

        var seen = FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563));

        Assert.Equal([126, 127], seen.ReadProtected.Order());
        Assert.Throws<RefusedException>(() => seen.Allow([], massErase: true, Layout(s_h563)));
    }

    [Fact]
    public void Secure_sectors_are_refused_only_with_TrustZone()
    {
        _chip.Options[0xE0] = 3 << 16 | 2;
        Assert.Empty(FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563)).Barriers);

        _chip.Options[0x70] = 0xB400_0000;
        var seen = FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563));

        Assert.Equal([2, 3], seen.ReadProtected.Order());
        Assert.Equal("NRST6004", Assert.Throws<RefusedException>(() => seen.Allow([Sector(2)], massErase: false, Layout(s_h563))).Code);

        _chip.Options[0x50] = 0x2D30_C6F8;
        var closed = FlashProtection.ReadFrom(_chip, s_h563.Device, Layout(s_h563));
        Assert.Equal((ReadProtection.NonSecureOnly, null), (closed.Read, closed.Closed));
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        var h5 = new Stm32H5Family().ReadOptions(_chip, s_h563.Device);
        var c5 = new Stm32H5Family().ReadOptions(Fake(s_c5), s_c5.Device);

        Assert.Contains(new OptionReading("FLASH_OPTSR_CUR", "PRODUCT_STATE", 0xED, "open"), h5);
        Assert.Contains(new OptionReading("FLASH_OPTSR2_CUR", "TZEN", 0xC3, "TrustZone is off"), h5);
        Assert.Contains(new OptionReading("FLASH_NSBOOTR_CUR", "BOOTADD", 0x08_0000, "starts at 0x0800_0000"), h5);
        Assert.Contains(c5, option => option.Name == "RDP_LEVEL");
        Assert.DoesNotContain(c5, option => option.Name is "PRODUCT_STATE" or "TZEN");
    }

    private static FakeH5 Fake((Device Device, Part Part) part) => new(Layout(part), part.Device.Flash.Times);

    private static BankedLayout Layout((Device Device, Part Part) part) => part.Part.Layouts.First(layout => layout.Banks.Count == 2 && layout.Banks[0].Number == 1);

    private static FlashSector Sector(int number) => Layout(s_h563).Sectors.First(sector => sector.Number == number);

    private static FlashController Open(FakeH5 chip) => Open(chip, s_h563);

    private static FlashController Open(FakeH5 chip, (Device Device, Part Part) part) =>
        FlashFamilies.Of(part.Device).Open(new FlashChip(chip, chip, chip, part.Device, Layout(part), 3.3));
}
