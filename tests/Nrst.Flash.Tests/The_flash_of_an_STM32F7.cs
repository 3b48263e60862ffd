using Nrst.Flash.Stm32F7;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0410.</summary>
public sealed class The_flash_of_an_STM32F7
{
    private static readonly (Device Device, Part Part) s_f767 = DeviceDatabase.FindPart("STM32F767ZI")!.Value;
    private static readonly (Device Device, Part Part) s_f765g = DeviceDatabase.FindPart("STM32F765ZG")!.Value;
    private static readonly (Device Device, Part Part) s_f746 = DeviceDatabase.FindPart("STM32F746ZG")!.Value;
    private static readonly (Device Device, Part Part) s_f722 = DeviceDatabase.FindPart("STM32F722ZE")!.Value;

    private readonly FakeF7 _chip = Fake(s_f746);

    [Theory]
    [InlineData(0, 0x0800_0000u, 0x4000)]
    [InlineData(11, 0x080E_0000u, 0x2_0000)]
    [InlineData(12, 0x0810_0000u, 0x4000)]
    [InlineData(16, 0x0811_0000u, 0x1_0000)]
    [InlineData(23, 0x081E_0000u, 0x2_0000)]
    public void An_F767_with_two_banks_erases_sector_12_and_not_what_a_count_to_23_would(int number, uint at, int length)
    {
        var chip = Fake(s_f767, "nDBANK=0");
        chip.Cells.AsSpan().Clear();
        var sector = chip.Layout.Sectors.Single(sector => sector.Number == number);

        Open(chip, s_f767).Erase(sector);

        Assert.Equal(at, sector.Range.Start.Value);
        Assert.False(chip.At(at, length).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(length, chip.Cells.Count(cell => cell == 0xFF));
    }

    [Fact]
    public void An_F767_with_one_bank_has_sectors_of_32_to_256_KiB()
    {
        var chip = Fake(s_f767, "nDBANK=1");
        chip.Cells.AsSpan().Clear();

        Open(chip, s_f767).Erase(chip.Layout.Sectors.Single(sector => sector.Number == 11));

        Assert.False(chip.At(0x081C_0000, 0x4_0000).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x4_0000, chip.Cells.Count(cell => cell == 0xFF));
    }

    [Theory]
    [InlineData("nDBANK=0")]
    [InlineData("nDBANK=1")]
    public void Everything_is_erased_at_once_in_one_bank_or_two(string banks)
    {
        var chip = Fake(s_f767, banks);
        chip.Cells.AsSpan().Clear();

        Open(chip, s_f767).EraseAll();

        Assert.False(chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Words_are_programmed_and_blank_ones_left_out()
    {
        byte[] data = [1, 2, 3, 4, 0xFF, 0xFF, 0xFF, 0xFF, 5, 6, 7, 8];

        Open(_chip, s_f746).Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 12).SequenceEqual(data));
        Assert.Equal([(0x0800_0100u, 0x0403_0201u, 4), (0x0800_0108u, 0x0807_0605u, 4)], _chip.Writes.Where(write => write.At < 0x2000_0000));
        Assert.Equal(0x8000_0000, _chip.Cr);
    }

    [Theory]
    [InlineData(3.3, 2u, 4)]
    [InlineData(2.5, 1u, 2)]
    [InlineData(1.8, 0u, 1)]
    [InlineData(null, 0u, 1)]
    public void A_supply_below_2_7_V_narrows_what_is_written(double? volts, uint supply, int width)
    {
        _chip.Supply = supply;
        var flash = Open(_chip, s_f746, volts);

        flash.Erase(_chip.Layout.Sectors.First());
        flash.Program(new Address(0x0800_0000), Examples.Bytes(16));

        Assert.True(_chip.At(0x0800_0000, 16).SequenceEqual(Examples.Bytes(16)));
        Assert.Contains(_chip.Writes, write => write.At < 0x2000_0000 && write.Bytes == width);
        Assert.Equal(1u | supply << 8, flash.Loader!.Arguments[0]);
        Assert.Equal(width == 4, flash.Notice is null);
    }

    [Fact]
    public void Write_protection_is_told_by_the_controller_if_nobody_looked_before()
    {
        _chip.Options[0x14] &= ~(1u << 16);

        var erase = Assert.Throws<FlashException>(() => Open(_chip, s_f746).Erase(_chip.Layout.Sectors.First()));
        var program = Assert.Throws<FlashException>(() => Open(_chip, s_f746).Program(new Address(0x0800_0000), Examples.Bytes(4)));

        Assert.Equal(("NRST2003", "NRST2003"), (erase.Code, program.Code));
        Assert.Contains("FLASH_SR = 0x00000010 (WRPERR)", erase.Evidence);
        Assert.Equal(0x8000_0000, _chip.Cr);
    }

    [Theory]
    [InlineData(0x002u, "Broken")]
    [InlineData(0x010u, "WriteProtected")]
    [InlineData(0x020u, "Sequence")]
    [InlineData(0x040u, "Sequence")]
    [InlineData(0x080u, "Sequence")]
    [InlineData(0x100u, "Sequence")]
    [InlineData(0x001u, "None")]
    public void Every_flag_has_its_meaning(uint sr, string fault) => Assert.Equal(fault, Open(_chip, s_f746).Decode(sr).Fault.ToString());

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0x1F3;

        Open(_chip, s_f746).Erase(_chip.Layout.Sectors.First());
        Open(_chip, s_f746).Program(new Address(0x0800_0000), Examples.Bytes(4));
    }

    [Fact]
    public void A_chip_that_is_open_gets_no_key()
    {
        Open(_chip, s_f746).Open(_chip.Layout.Range);
        _chip.Writes.Clear();

        Open(_chip, s_f746).Erase(_chip.Layout.Sectors.First());

        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x4002_3C04);
    }

    [Fact]
    public void A_wrong_key_is_told()
    {
        _chip.Write32(new Address(0x4002_3C04), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open(_chip, s_f746).Erase(_chip.Layout.Sectors.First())).Code);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_was_none_and_one_that_does_not_end_is_given_up()
    {
        _chip.IgnoresErase = true;
        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open(_chip, s_f746).Erase(_chip.Layout.Sectors.First())).Code);

        var slow = Fake(s_f746);
        slow.Pace = 100;
        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open(slow, s_f746).Erase(slow.Layout.Sectors.First())).Code);
    }

    [Theory]
    [InlineData(0x307u)]
    [InlineData(0x007u)]
    public void The_accelerator_is_reset_while_it_is_off_and_then_is_as_it_was(uint acr)
    {
        _chip.Acr = acr;

        Open(_chip, s_f746).ResetCaches();

        Assert.Equal(acr, _chip.Acr);
        Assert.Contains(_chip.Writes, write => write.At == 0x4002_3C00 && (write.Value & 1 << 11) != 0);
    }

    [Fact]
    public void A_bit_of_nWRP_is_a_sector_of_one_bank_and_two_sectors_of_two_banks()
    {
        var one = Fake(s_f767, "nDBANK=1");
        one.Options[0x14] &= ~(1u << 16 + 6);
        Assert.Equal([6], FlashProtection.ReadFrom(one, s_f767.Device, one.Layout).WriteProtected.Order());

        var two = Fake(s_f767, "nDBANK=0");
        two.Options[0x14] = 0xDFFF_AAFD & ~(1u << 16 + 6);
        Assert.Equal([12, 13], FlashProtection.ReadFrom(two, s_f767.Device, two.Layout).WriteProtected.Order());
    }

    [Fact]
    public void With_1_MiB_in_two_banks_a_bit_counts_in_either_way_of_reading_it()
    {
        var chip = Fake(s_f765g, "nDBANK=0");
        chip.Options[0x14] = 0xDFFF_AAFD & ~(1u << 16 + 6);

        Assert.Equal([12, 13, 16, 17], FlashProtection.ReadFrom(chip, s_f765g.Device, chip.Layout).WriteProtected.Order());
    }

    [Fact]
    public void PCROP_of_an_F722_bars_the_sectors_it_names()
    {
        var chip = Fake(s_f722);
        chip.Options[0x1C] = 1 << 2;

        var seen = FlashProtection.ReadFrom(chip, s_f722.Device, chip.Layout);

        Assert.Equal([2], seen.ReadProtected.Order());
        Assert.Contains("FLASH_OPTCR2 = 0x00000004", seen.Registers);
        _chip.Options[0x1C] = 1 << 2; // on an F746 there is no such register
        Assert.Empty(FlashProtection.ReadFrom(_chip, s_f746.Device, _chip.Layout).Barriers);
    }

    [Theory]
    [InlineData(0xAAu, ReadProtection.Level0)]
    [InlineData(0x55u, ReadProtection.Level1)]
    [InlineData(0xCCu, ReadProtection.Level2)]
    public void RDP_is_the_second_byte_of_OPTCR(uint rdp, ReadProtection level)
    {
        _chip.Options[0x14] = 0xFFFF_00FD | rdp << 8;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_f746.Device, _chip.Layout).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Options[0x14] &= ~(1u << 5);

        var options = new Stm32F7Family().ReadOptions(_chip, s_f746.Device);

        Assert.Contains(new OptionReading("FLASH_OPTCR", "IWDG_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_OPTCR1", "BOOT_ADD0", 0x80, "boots from 0x0020_0000 if BOOT0 asks for it"), options);
        Assert.DoesNotContain(options, option => option.Name is "nDBANK" or "PCROP");
        Assert.Contains(new Stm32F7Family().ReadOptions(Fake(s_f767, "nDBANK=1"), s_f767.Device), option => option is { Name: "nDBANK", Meaning: "one bank" });
        Assert.Contains(new Stm32F7Family().ReadOptions(Fake(s_f722), s_f722.Device), option => option.Name == "PCROP_RDP");
    }

    private static FakeF7 Fake((Device Device, Part Part) chip, string when = "") =>
        new(chip.Part.Layouts.First(layout => (layout.Condition ?? "").Contains(when, StringComparison.Ordinal)), chip.Device.Flash.Times);

    private static FlashController Open(FakeF7 chip, (Device Device, Part Part) what, double? volts = 3.3) =>
        FlashFamilies.Of(what.Device).Open(new FlashChip(chip, chip, chip, what.Device, chip.Layout, volts));
}
