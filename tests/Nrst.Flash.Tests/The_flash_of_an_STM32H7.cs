using Nrst.Flash.Stm32H7;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0433 and its siblings.</summary>
public sealed class The_flash_of_an_STM32H7
{
    private static readonly (Device Device, Part Part) s_h743 = DeviceDatabase.FindPart("STM32H743ZI")!.Value;
    private static readonly (Device Device, Part Part) s_h743g = DeviceDatabase.FindPart("STM32H743ZG")!.Value;
    private static readonly (Device Device, Part Part) s_h750 = DeviceDatabase.FindPart("STM32H750VB")!.Value;
    private static readonly (Device Device, Part Part) s_h723 = DeviceDatabase.FindPart("STM32H723ZG")!.Value;
    private static readonly (Device Device, Part Part) s_h7a3 = DeviceDatabase.FindPart("STM32H7A3ZI")!.Value;

    private readonly FakeH7 _chip = Fake(s_h743);

    [Theory]
    [InlineData("STM32H743ZI", 9, 0x0812_0000u)]
    [InlineData("STM32H743ZG", 4, 0x0810_0000u)] // the second bank starts at 0x0810_0000 on 1 MiB parts too
    [InlineData("STM32H723ZG", 6, 0x080C_0000u)]
    [InlineData("STM32H7A3ZI", 130, 0x0810_4000u)]
    [InlineData("STM32H7A3ZG", 64, 0x0810_0000u)]
    [InlineData("STM32H7B0VB", 15, 0x0801_E000u)]
    public void A_sector_is_erased_and_no_other(string name, int number, uint at)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        chip.Cells.AsSpan().Clear();
        var sector = Layout(part).Sectors.First(sector => sector.Number == number);
        Assert.Equal(at, sector.Range.Start.Value);

        Open(chip, part).Erase(sector);

        Assert.False(chip.At(at, (int)sector.Range.Length).ContainsAnyExcept((byte)0xFF));
        Assert.Equal((int)sector.Range.Length, chip.Cells.Count(cell => cell == 0xFF));
        Assert.All(chip.Banks, bank => Assert.Equal(1u, bank.Cr & 0xF)); // locked, and nothing selected
    }

    [Theory]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32H7A3ZI")]
    public void With_the_banks_swapped_the_registers_keep_theirs(string name)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var layout = part.Part.Layouts.First(layout => layout.Banks[0].Number == 2);
        var chip = Fake(part, layout);
        chip.Cells.AsSpan().Clear();
        var sector = layout.Sectors.First();
        Assert.Equal(0x0800_0000u, sector.Range.Start.Value);

        Open(chip, part, layout).Erase(sector);
        Open(chip, part, layout).Program(new Address(0x0800_0000), Examples.Bytes(32));

        Assert.True(chip.At(0x0800_0000, 32).SequenceEqual(Examples.Bytes(32)));
        Assert.Contains(chip.Writes, write => write.At == 0x5200_210C && (write.Value & 4) != 0);
        Assert.DoesNotContain(chip.Writes, write => write.At == 0x5200_200C && (write.Value & 4) != 0);
    }

    [Theory]
    [InlineData("STM32H743ZI", 32)]
    [InlineData("STM32H7A3ZI", 16)]
    public void Flash_words_are_written_whole_and_blank_ones_are_left_out(string name, int unit)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        byte[] data = [.. Examples.Bytes(unit), .. Examples.Blank((uint)unit), 1, .. Examples.Blank((uint)unit - 1)];

        Open(chip, part).Program(new Address(0x0800_0100), data);

        Assert.True(chip.At(0x0800_0100, data.Length).SequenceEqual(data));
        Assert.Equal(unit / 4 * 2, chip.Writes.Count(write => write.At < 0x2000_0000));
        Assert.Equal((unit, (uint)unit), (Open(chip, part).Access, Open(chip, part).Grain.Unit));
    }

    [Fact]
    public void What_goes_over_from_one_bank_to_the_other_is_programmed_in_both()
    {
        Open(_chip, s_h743).Program(new Address(0x080F_FFE0), Examples.Bytes(64));

        Assert.True(_chip.At(0x080F_FFE0, 64).SequenceEqual(Examples.Bytes(64)));
    }

    [Fact]
    public void Writing_right_after_an_erase_works_on_an_STM32H723_too()
    {
        var chip = Fake(s_h723);

        Open(chip, s_h723).Erase(Sector(s_h723, 1));
        Assert.Equal(0u, chip.Banks[0].Sr); // EOP that stays set has kept the next operation from working
        Open(chip, s_h723).Program(new Address(0x0802_0000), Examples.Bytes(32));

        Assert.Equal(0u, chip.Banks[0].Sr);
        Assert.Equal(2, chip.Writes.Count(write => write is (0x5200_2004, 0xCDEF_89AB, 4))); // opened again in between
    }

    [Fact]
    public void The_loader_is_told_where_the_second_bank_and_the_watchdog_are()
    {
        var both = Open(_chip, s_h743).Loader!;
        var one = Open(Fake(s_h750), s_h750).Loader!;
        var other = Open(Fake(s_h7a3), s_h7a3).Loader!;

        Assert.Equal([0x100, 0x30, 0x80], both.Arguments);
        Assert.Equal([0, 0x30, 0x80], one.Arguments);
        Assert.Equal([0x100, 0, 0x20], other.Arguments);
        Assert.All([both, one, other], part => Assert.Equal((new Address(0x5800_4800), "stm32h7"), (part.Watchdog, part.Name)));
    }

    [Fact]
    public void First_access_after_an_aborted_session_fails_with_PGSERR()
    {
        // Flags stay until they are cleared through FLASH_CCR, and a half-filled write buffer until PG is cleared.
        foreach (var bank in _chip.Banks)
        {
            bank.Sr = 0x006E_0000;
            bank.Cr = 0x32;
            bank.Buffer.Add((0x0800_0000, 0));
        }

        Open(_chip, s_h743).Erase(Sector(s_h743, 0));
        Open(_chip, s_h743).Program(new Address(0x0800_0000), Examples.Bytes(32));

        Assert.True(_chip.At(0x0800_0000, 32).SequenceEqual(Examples.Bytes(32)));
    }

    [Fact]
    public void Flags_that_reading_raised_are_no_failure_of_an_erase()
    {
        Open(_chip, s_h743).Erase(Sector(s_h743, 0));

        Assert.Equal(FlashFault.None, Open(_chip, s_h743).Decode(1u << 23 | 1u << 24 | 1u << 25 | 1u << 26 | 1u << 28).Fault);
    }

    [Fact]
    public void An_operation_is_not_done_while_it_waits_in_the_queue()
    {
        _chip.BusyFalls = true;
        var before = _chip.Now;

        Open(_chip, s_h743).Erase(Sector(s_h743, 0));

        Assert.True(_chip.Now - before >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void An_incomplete_flash_word_is_told()
    {
        var status = Open(_chip, s_h743).Decode(2);

        Assert.Equal((FlashFault.Sequence, "FLASH_SR1 = 0x00000002 (WBNE)"), (status.Fault, status.Text));
        Assert.Equal((true, FlashFault.None), (Open(_chip, s_h743).Decode(6).IsBusy, Open(_chip, s_h743).Decode(6).Fault));
    }

    [Fact]
    public void An_open_bank_gets_no_keys_and_the_other_one_does()
    {
        _chip.Banks[1].Cr = 0x30;

        Open(_chip, s_h743).Erase(Sector(s_h743, 8));

        Assert.Contains(_chip.Writes, write => write.At == 0x5200_2004);
        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x5200_2104);
    }

    [Fact]
    public void A_wrong_key_shuts_the_controller_until_a_reset_and_that_is_said()
    {
        _chip.Write32(new Address(0x5200_2104), 1);

        var error = Assert.Throws<FlashException>(() => Open(_chip, s_h743).Erase(Sector(s_h743, 0)));

        Assert.Equal("NRST2001", error.Code);
        Assert.Contains("FLASH_CR2", error.Evidence[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "FLASH_SR1 = 0x00020000 (WRPERR)")]
    [InlineData(9, "FLASH_SR2 = 0x00020000 (WRPERR)")]
    public void Write_protection_is_told_with_the_register_of_its_bank(int number, string seen)
    {
        _chip.Banks[number / 8].Wpsn = ~2u;

        var error = Assert.Throws<FlashException>(() => Open(_chip, s_h743).Erase(Sector(s_h743, number)));

        Assert.Equal("NRST2003", error.Code);
        Assert.Contains(seen, error.Evidence);
    }

    [Fact]
    public void A_bank_erase_goes_to_both_banks_one_after_the_other()
    {
        _chip.Cells.AsSpan().Clear();

        Open(_chip, s_h743).EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Flash_beyond_what_the_part_is_rated_for_is_not_erased_behind_its_back()
    {
        // One sector of an STM32H750 is rated; the die has more, and a bank erase takes them all.
        Assert.Empty(Open(Fake(s_h750), s_h750).EraseAllWords());
        Assert.Empty(Open(Fake(s_h743g), s_h743g).EraseAllWords());
        Assert.Single(Open(Fake(s_h723), s_h723).EraseAllWords());
        Assert.Equal(2, Open(Fake(s_h743), s_h743).EraseAllWords().Count);
    }

    [Theory]
    [InlineData(3.3, 3u, 1.0)]
    [InlineData(null, 3u, 1.0)]
    [InlineData(1.8, 2u, 1.1)]
    public void A_weak_supply_is_spared(double? volts, uint psize, double seconds)
    {
        var flash = FlashFamilies.Of(s_h743.Device).Open(new FlashChip(_chip, _chip, _chip, s_h743.Device, Layout(s_h743), volts));

        flash.Erase(Sector(s_h743, 0));

        Assert.Contains(_chip.Writes, write => write.At == 0x5200_200C && (write.Value & 0x84) == 0x84 && (write.Value >> 4 & 3) == psize);
        Assert.Equal(seconds, flash.TimeOfErase(Sector(s_h743, 0)).Typical.TotalSeconds);
        Assert.Equal(psize == 2, flash.Notice is not null);
    }

    [Fact]
    public void A_Cortex_M4_that_runs_on_is_told()
    {
        Assert.Null(Open(_chip, s_h743).Notice);

        _chip.Optsr |= 1 << 22;

        Assert.Contains("Cortex-M4", Open(_chip, s_h743).Notice!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x8200u, 0x0814_0020u, 10)]
    [InlineData(0x8200u, 0x2000_0000u, null)] // somewhere else
    [InlineData(0x0200u, 0x0814_0020u, null)] // BFAR does not say where
    [InlineData(0x8400u, 0x0814_0020u, null)] // a write that came too late to be placed
    public void Reads_fault_at_fixed_32_byte_words_after_an_interrupted_write(uint cfsr, uint bfar, int? sector)
    {
        var error = FlashErrors.Unreadable(new CellsTarget("STM32H743ZI"), cfsr, bfar);

        Assert.Equal(sector is null ? null : "NRST2012", error?.Code);
        Assert.Equal(sector is null ? null : "nrst erase --range 0x0814_0000..0x0815_FFFF", error?.Remedies[0].Command);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_was_none()
    {
        _chip.IgnoresErase = true;

        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open(_chip, s_h743).Erase(Sector(s_h743, 0))).Code);
    }

    [Fact]
    public void An_erase_that_does_not_end_is_given_up()
    {
        _chip.Pace = 100;

        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open(_chip, s_h743).Erase(Sector(s_h743, 0))).Code);
    }

    [Theory]
    [InlineData("STM32H743ZI", new[] { 1, 8 })]
    [InlineData("STM32H7A3ZI", new[] { 4, 5, 6, 7, 128, 129, 130, 131 })] // a bit is four sectors there
    public void A_cleared_bit_of_WPSN_protects_its_sectors(string name, int[] expected)
    {
        var part = DeviceDatabase.FindPart(name)!.Value;
        var chip = Fake(part);
        chip.Banks[0].Wpsn = ~2u;
        chip.Banks[1].Wpsn = ~1u;

        var seen = FlashProtection.ReadFrom(chip, part.Device, Layout(part));

        Assert.Equal(expected, seen.WriteProtected.Order());
    }

    [Fact]
    public void PCROP_counts_in_256_bytes_and_equal_ends_mean_the_whole_bank()
    {
        _chip.Banks[0].Prar = 0x0201_01FF; // 0x1_FF00 to 0x2_01FF
        Assert.Equal([0, 1], FlashProtection.ReadFrom(_chip, s_h743.Device, Layout(s_h743)).ReadProtected.Order());

        _chip.Banks[0].Prar = 0x8000_0000;
        Assert.Equal(Enumerable.Range(0, 8), FlashProtection.ReadFrom(_chip, s_h743.Device, Layout(s_h743)).ReadProtected.Order());
    }

    [Fact]
    public void The_secure_area_counts_only_with_SECURITY()
    {
        _chip.Banks[1].Scar = 0x01FF_0000;
        Assert.Empty(FlashProtection.ReadFrom(_chip, s_h743.Device, Layout(s_h743)).Barriers);

        _chip.Optsr |= 1 << 21;
        var seen = FlashProtection.ReadFrom(_chip, s_h743.Device, Layout(s_h743));

        Assert.Equal([8], seen.ReadProtected);
        Assert.Equal("NRST6004", Assert.Throws<RefusedException>(() => seen.Allow([Sector(s_h743, 8)], massErase: false, Layout(s_h743))).Code);
    }

    [Theory]
    [InlineData(0xAAu, ReadProtection.Level0)]
    [InlineData(0x55u, ReadProtection.Level1)]
    [InlineData(0xCCu, ReadProtection.Level2)]
    public void RDP_is_the_second_byte_of_OPTSR(uint rdp, ReadProtection level)
    {
        _chip.Optsr = 0x1406_00F0 | rdp << 8;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_h743.Device, Layout(s_h743)).Read);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        _chip.Optsr = 0x8006_AAE0;
        var options = new Stm32H7Family(ControlShape.H7).ReadOptions(_chip, s_h743.Device);
        var single = new Stm32H7Family(ControlShape.H7).ReadOptions(Fake(s_h723), s_h723.Device);

        Assert.Contains(new OptionReading("FLASH_OPTSR_CUR", "IWDG1_SW", 0, "the independent watchdog starts with the chip"), options);
        Assert.Contains(new OptionReading("FLASH_OPTSR_CUR", "SWAP_BANK_OPT", 1, "bank 2 is mapped first"), options);
        Assert.Contains(new OptionReading("FLASH_BOOT_CUR", "BOOT_ADD0", 0x800, "boots from 0x0800_0000 with BOOT0 low"), options);
        Assert.Contains(options, option => option.Name == "BCM4");
        Assert.DoesNotContain(single, option => option.Name is "BCM4" or "SWAP_BANK_OPT");
        Assert.Contains(single, option => option.Name == "TCM_AXI_SHARED");
    }

    private static FakeH7 Fake((Device Device, Part Part) part, BankedLayout? layout = null) => new(
        layout ?? Layout(part), part.Device.Flash.Times, part.Device.Flash.WriteUnit == 32)
    {
        OneBank = Layout(part).Banks.Count == 1,
    };

    private static BankedLayout Layout((Device Device, Part Part) part) => part.Part.Layouts.First(layout => layout.Banks[0].Number == 1);

    private static FlashSector Sector((Device Device, Part Part) part, int number) => Layout(part).Sectors.First(sector => sector.Number == number);

    private static FlashController Open(FakeH7 chip, (Device Device, Part Part) part, BankedLayout? layout = null) =>
        FlashFamilies.Of(part.Device).Open(new FlashChip(chip, chip, chip, part.Device, layout ?? Layout(part), 3.3));
}
