using Nrst.Flash.Loaders;
using Nrst.Flash.Stm32L0;
using Nrst.Flash.Stm32L1;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver of the STM32L0 and L1, register by register, against the controller of RM0367 and RM0038.</summary>
public sealed class The_flash_of_an_STM32L0
{
    private static readonly (Device Device, Part Part) s_l053 = DeviceDatabase.FindPart("STM32L053R8")!.Value;
    private static readonly (Device Device, Part Part) s_l073 = DeviceDatabase.FindPart("STM32L073RZ")!.Value;
    private static readonly (Device Device, Part Part) s_l152 = DeviceDatabase.FindPart("STM32L152RE")!.Value;

    private readonly FakeL0 _chip = Fake(s_l073);

    [Fact]
    public void An_L073_is_erased_page_by_page_in_both_banks()
    {
        foreach (var number in new[] { 0, 767, 768, 1535 })
        {
            _chip.Cells.AsSpan().Fill(0xFF);
            var page = _chip.Layout.Sectors.Single(sector => sector.Number == number);

            Open(_chip, s_l073).Erase(page);

            Assert.False(_chip.At(0x0800_0000 + ((uint)number * 128), 128).ContainsAnyExcept((byte)0));
            Assert.Equal(128, _chip.Cells.Count(cell => cell == 0));
        }

        Assert.Equal(7u, _chip.Pecr);
    }

    [Fact]
    public void An_L152_has_pages_of_256_bytes_and_registers_elsewhere()
    {
        var chip = Fake(s_l152);
        chip.Cells.AsSpan().Fill(0xFF);

        Open(chip, s_l152).Erase(chip.Layout.Sectors.ElementAt(1025));

        Assert.False(chip.At(0x0804_0100, 256).ContainsAnyExcept((byte)0));
        Assert.Equal(256, chip.Cells.Count(cell => cell == 0));
        Assert.Contains(chip.Writes, write => write.At == 0x4002_3C04);
    }

    [Fact]
    public void Words_are_programmed_one_by_one_and_zeros_left_out()
    {
        var data = new byte[64];
        Examples.Bytes(8).CopyTo(data, 8);
        data[63] = 1;

        Open(_chip, s_l073).Program(new Address(0x0800_0040), data);

        Assert.True(_chip.At(0x0800_0040, 64).SequenceEqual(data));
        Assert.Equal([0x0800_0048u, 0x0800_004C, 0x0800_007C], _chip.Writes.Where(write => write.At < 0x2000_0000).Select(write => write.At));
        Assert.Equal(7u, _chip.Pecr);
    }

    [Fact]
    public void A_gap_in_the_image_is_filled_with_zeros_and_not_with_FF()
    {
        var grain = Open(_chip, s_l073).Grain;

        Assert.Equal((64u, (byte)0, 0u), (grain.Unit, grain.Erased, grain.ErasedWord));
        Assert.Equal(128u, Open(Fake(s_l152), s_l152).Grain.Unit);

        var image = Examples.Image((0x0800_0001, [0x5A]), (0x0800_0030, [0xA5]));
        var run = Assert.Single(WantedSector.Split(image, [.. _chip.Layout.Sectors], grain)[0].Runs);
        Assert.Equal(64, run.Data.Length);
        Assert.Equal(62, run.Data.Count(cell => cell == 0));
    }

    [Fact]
    public void Nothing_erases_the_data_EEPROM_along_with_the_flash()
    {
        var flash = Open(_chip, s_l073);

        Assert.False(flash.CanEraseAll);
        Assert.Empty(flash.EraseAllWords());
        flash.Erase(_chip.Layout.Sectors.First());
        flash.Program(new Address(0x0800_0000), Examples.Bytes(64));
        Assert.DoesNotContain(_chip.Writes, write => write.At is >= 0x0808_0000 and < 0x0808_2000 or >= 0x1FF8_0000 and < 0x1FF8_0100 or 0x4002_2014);
    }

    [Fact]
    public void A_chip_that_its_firmware_left_half_open_gets_the_second_key_alone()
    {
        _chip.Write32(new Address(0x4002_200C), 0x89AB_CDEF);
        _chip.Write32(new Address(0x4002_200C), 0x0203_0405);
        _chip.Writes.Clear();

        Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First());

        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_200C);
        Assert.Contains(_chip.Writes, write => write.At == 0x4002_2010);
    }

    [Fact]
    public void A_chip_that_is_open_gets_no_key()
    {
        Open(_chip, s_l073).Open(_chip.Layout.Range);
        _chip.Writes.Clear();

        Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First());

        Assert.DoesNotContain(_chip.Writes, write => write.At is 0x4002_200C or 0x4002_2010);
    }

    [Fact]
    public void A_wrong_key_is_told()
    {
        _chip.Write32(new Address(0x4002_200C), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First())).Code);
    }

    [Fact]
    public void A_word_that_was_written_before_is_named()
    {
        _chip.At(0x0800_0044, 4).Fill(1);

        var error = Assert.Throws<FlashException>(() => Open(_chip, s_l073).Program(new Address(0x0800_0040), Examples.Bytes(64)));

        Assert.Equal(("NRST2006", new Address(0x0800_0044)), (error.Code, error.Where.Start));
        Assert.Contains("FLASH_SR = 0x0001000C (HVOFF, READY, NOTZEROERR)", error.Evidence);
        Assert.Equal(7u, _chip.Pecr);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Wrp[0x20] = 1;

        var erase = Assert.Throws<FlashException>(() => Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First()));
        var program = Assert.Throws<FlashException>(() => Open(_chip, s_l073).Program(new Address(0x0800_0000), Examples.Bytes(64)));

        Assert.Equal(("NRST2003", "NRST2003"), (erase.Code, program.Code));
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0x3_3F02;

        Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First());
        Open(_chip, s_l073).Program(new Address(0x0800_0000), Examples.Bytes(64));
    }

    [Fact]
    public void Option_bytes_that_do_not_fit_their_complement_are_no_failure_of_a_job() =>
        Assert.Equal(FlashFault.None, Open(_chip, s_l073).Decode(0x1800).Fault);

    [Theory]
    [InlineData(1u << 8, "WriteProtected")]
    [InlineData(1u << 9, "Sequence")]
    [InlineData(1u << 10, "Sequence")]
    [InlineData(1u << 13, "Sequence")]
    [InlineData(1u << 16, "NotBlank")]
    [InlineData(1u << 17, "Broken")]
    public void Every_flag_has_its_meaning(uint sr, string fault) => Assert.Equal(fault, Open(_chip, s_l073).Decode(sr).Fault.ToString());

    [Fact]
    public void An_erase_that_is_over_at_once_was_none()
    {
        _chip.IgnoresErase = true;

        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First())).Code);
    }

    [Fact]
    public void An_erase_that_does_not_end_is_given_up()
    {
        _chip.Pace = 100;

        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open(_chip, s_l073).Erase(_chip.Layout.Sectors.First())).Code);
    }

    [Fact]
    public void Half_a_page_takes_as_long_as_a_word()
    {
        var flash = Open(_chip, s_l073);

        Assert.Equal((64, TimeSpan.FromMilliseconds(3.28)), (flash.Access, flash.TimeOfProgram(1).Typical));
        Assert.Equal("stm32l0", flash.Loader!.Name);
    }

    [Fact]
    public void Even_the_2_KiB_of_RAM_of_an_L011_hold_the_loader()
    {
        var (_, part) = DeviceDatabase.FindPart("STM32L011K4")!.Value;

        Assert.True(LoaderRam.In(part, LoaderBlob.Of("stm32l0").Length, null) is { Slots: >= 2, SlotData: >= 128 });
    }

    [Fact]
    public void A_bit_of_WRPROT_is_4_KiB_and_one_protects()
    {
        _chip.Wrp[0x20] = 1u << 1;
        _chip.Wrp[0x80] = 1u << 15;

        var seen = FlashProtection.ReadFrom(_chip, s_l073.Device, _chip.Layout);

        Assert.Equal([.. Enumerable.Range(32, 32), .. Enumerable.Range(1504, 32)], seen.WriteProtected.Order());
        Assert.Empty(seen.ReadProtected);
        Assert.Equal("NRST6002", Assert.Throws<RefusedException>(() => seen.Allow(_chip.Layout.Sectors.Skip(32).Take(1), massErase: false, _chip.Layout)).Code);
        seen.Allow(_chip.Layout.Sectors.Take(32), massErase: false, _chip.Layout);
    }

    [Fact]
    public void With_PCROP_a_zero_protects()
    {
        _chip.Optr |= 1 << 8;
        _chip.Wrp[0x20] = ~(1u << 3);
        _chip.Wrp[0x80] = uint.MaxValue;

        var seen = FlashProtection.ReadFrom(_chip, s_l073.Device, _chip.Layout);

        Assert.Equal(Enumerable.Range(96, 32), seen.ReadProtected.Order());
    }

    [Fact]
    public void A_sector_that_is_protected_in_the_other_order_of_banks_counts_if_the_chip_boots_from_bank_2()
    {
        _chip.Wrp[0x20] = 1;
        Assert.Equal(32, FlashProtection.ReadFrom(_chip, s_l073.Device, _chip.Layout).WriteProtected.Count);

        _chip.Optr |= 1 << 23;

        Assert.Equal([.. Enumerable.Range(0, 32), .. Enumerable.Range(768, 32)], FlashProtection.ReadFrom(_chip, s_l073.Device, _chip.Layout).WriteProtected.Order());
    }

    [Fact]
    public void An_L152_reads_four_registers_of_write_protection()
    {
        var chip = Fake(s_l152);
        chip.Optr = 0x00F8_00AA; // nBFB2: no exchange of banks on this line
        chip.Wrp[0x88] = 1u << 31;

        var seen = FlashProtection.ReadFrom(chip, s_l152.Device, chip.Layout);

        Assert.Equal(Enumerable.Range(2032, 16), seen.WriteProtected.Order());
        Assert.Contains("FLASH_WRPR4 = 0x80000000", seen.Registers);
    }

    [Theory]
    [InlineData(0xAAu, ReadProtection.Level0)]
    [InlineData(0x00u, ReadProtection.Level1)]
    [InlineData(0xCCu, ReadProtection.Level2)]
    public void RDPROT_is_the_low_byte(uint rdp, ReadProtection level)
    {
        _chip.Optr = 0x8070_0000 | rdp;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_l073.Device, _chip.Layout).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Optr = 0x8068_00AA;

        var options = new Stm32L0Family().ReadOptions(_chip, s_l073.Device);

        Assert.Contains(new OptionReading("FLASH_OPTR", "WDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_OPTR", "BOR_LEV", 8, "level 1, 1.7 V"), options);
        Assert.Contains(options, option => option.Name == "BFB2");
        Assert.Contains(options, option => option.Register == "FLASH_WRPROT2");
        Assert.DoesNotContain(new Stm32L0Family().ReadOptions(_chip, s_l053.Device), option => option.Name is "BFB2" or "nBOOT_SEL");
        Assert.Contains(new Stm32L0Family().ReadOptions(_chip, DeviceDatabase.FindPart("STM32L011K4")!.Value.Device), option => option.Name == "nBOOT_SEL");
        Assert.Contains(new Stm32L1Family().ReadOptions(Fake(s_l152), s_l152.Device), option => option is { Name: "nBFB2" });
        Assert.DoesNotContain(
            new Stm32L1Family().ReadOptions(Fake(s_l152), DeviceDatabase.FindPart("STM32L151C8")!.Value.Device), option => option.Name is "SPRMOD" or "nBFB2");
    }

    private static FakeL0 Fake((Device Device, Part Part) chip) => new(chip.Part.Layouts[0], chip.Device.Flash);

    private static FlashController Open(FakeL0 chip, (Device Device, Part Part) what) =>
        FlashFamilies.Of(what.Device).Open(new FlashChip(chip, chip, chip, what.Device, chip.Layout, 3.3));
}
