using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the non-secure half of the controllers of RM0456 and RM0438.</summary>
public sealed class The_flash_of_an_STM32U5
{
    private static readonly (Device Device, Part Part) s_u585 = DeviceDatabase.FindPart("STM32U585AI")!.Value;
    private static readonly (Device Device, Part Part) s_u575 = DeviceDatabase.FindPart("STM32U575RG")!.Value;
    private static readonly (Device Device, Part Part) s_l552 = DeviceDatabase.FindPart("STM32L552ZE")!.Value;
    private static readonly (Device Device, Part Part) s_u385 = DeviceDatabase.FindPart("STM32U385RG")!.Value;
    private static readonly BankedLayout s_two = s_u585.Part.Layouts.First(layout => layout.Banks[0].Number == 1);
    private static readonly BankedLayout s_swapped = s_u585.Part.Layouts.First(layout => layout.Banks[0].Number == 2);

    private static FakeL5 U5(BankedLayout layout) => new(layout, s_u585.Device.Flash.Times, 16);
    private static FakeL5 L5(BankedLayout layout) => new(layout, s_l552.Device.Flash.Times, 8) { WantsVoltage = true };

    private static FlashController Open(FakeL5 chip, Device device) =>
        FlashFamilies.Of(device).Open(new FlashChip(chip, chip, chip, device, chip.Layout, 3.3));

    [Theory]
    [InlineData(false, 0, 5, 0x2Au)]
    [InlineData(false, 1, 127, 0xBFAu)]
    [InlineData(true, 0, 5, 0x82Au)] // bank 2 is mapped first and stays bank 2
    [InlineData(true, 1, 127, 0x3FAu)]
    public void A_page_is_erased_by_the_bank_of_the_silicon(bool swapped, int place, int index, uint word)
    {
        var layout = swapped ? s_swapped : s_two;
        var chip = U5(layout);
        var page = layout.Banks[place].Layout.Sectors[index];
        chip.Cells.AsSpan().Clear();

        Open(chip, s_u585.Device).Erase(page);

        Assert.False(chip.At(page.Range.Start.Value, 8192).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(8192, chip.Cells.Count(cell => cell == 0xFF));
        Assert.Contains(chip.Writes, write => write.At == 0x4002_2028 && write.Value == (word | 1 << 16));
        Assert.Equal(0x8000_0000, chip.Cr & 0x8000_0001);
    }

    [Fact]
    public void Quad_words_are_programmed_whole_and_blank_ones_are_left_out()
    {
        var chip = U5(s_two);
        byte[] data = [.. Examples.Bytes(16), .. Enumerable.Repeat((byte)0xFF, 16), .. Examples.Bytes(16, 2)];

        Open(chip, s_u585.Device).Program(new Address(0x0800_0100), data);

        Assert.True(chip.At(0x0800_0100, 48).SequenceEqual(data));
        Assert.Equal(8, chip.Writes.Count(write => write.At < 0x2000_0000));
        Assert.Throws<ArgumentException>(() => Open(chip, s_u585.Device).Program(new Address(0x0800_0108), new byte[16]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_mass_erase_names_both_banks_however_they_are_used(int which)
    {
        var layout = which == 0 ? s_u575.Part.Layouts[0] : s_u575.Part.Layouts.First(layout => layout.Banks.Count == 1);
        var chip = U5(layout);
        chip.Cells.AsSpan().Clear();

        Open(chip, s_u575.Device).EraseAll();

        Assert.False(chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Contains(chip.Writes, write => write is { At: 0x4002_2028, Value: 0x0001_8004 });
    }

    [Theory]
    [InlineData(8u, "NRST2006", "PROGERR")]
    [InlineData(16u, "NRST2003", "WRPERR")]
    [InlineData(2u, "NRST2002", "OPERR")]
    [InlineData(32u, "NRST2002", "PGAERR")]
    public void Each_flag_is_its_own_error(uint flags, string code, string name)
    {
        var error = FlashErrors.Failure(s_two.Range, Open(U5(s_two), s_u585.Device).Decode(flags));

        Assert.Equal(code, error.Code);
        Assert.Contains($"FLASH_NSSR = 0x{flags:X8} ({name})", error.Evidence);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        var chip = U5(s_two);
        chip.Sr = 0x20FB;

        Open(chip, s_u585.Device).Erase(s_two.Sectors.First());

        Assert.Equal(0u, chip.Sr);
    }

    [Theory]
    [InlineData(1u, 1)]
    [InlineData(0u, 0)]
    public void The_instruction_cache_is_emptied_where_it_is_on(uint icache, int times)
    {
        var chip = U5(s_two);
        chip.Icache = icache;

        Open(chip, s_u585.Device).ResetCaches();

        Assert.Equal((icache, times), (chip.Icache, chip.Invalidations));
        Assert.Equal(0u, chip.Read32(new Address(0x4003_0404)));
    }

    [Fact]
    public void An_STM32L5_that_sleeps_in_range_2_is_raised_before_it_is_programmed()
    {
        var layout = s_l552.Part.Layouts[0];
        var chip = L5(layout);

        Open(chip, s_l552.Device).Erase(layout.Banks[1].Layout.Sectors[3]);
        Open(chip, s_l552.Device).Program(new Address(0x0800_0008), Examples.Bytes(8));

        Assert.True(chip.At(0x0800_0008, 8).SequenceEqual(Examples.Bytes(8)));
        Assert.Equal(1, chip.Writes.Count(write => write.At == 0x4000_7000));
        Assert.Contains(chip.Writes, write => write is { At: 0x4002_2028, Value: 0x0001_0802 | 3 << 3 });
    }

    [Fact]
    public void An_STM32U3_whose_erase_ended_in_PGSERR_is_raised_to_range_1_first()
    {
        var layout = s_u385.Part.Layouts[0];
        var chip = new FakeL5(layout, s_u385.Device.Flash.Times, 8) { WantsVoltage = true };
        chip.Cells.AsSpan().Clear();

        Open(chip, s_u385.Device).Erase(layout.Banks[1].Layout.Sectors[127]);
        Open(chip, s_u385.Device).Program(layout.Banks[1].Layout.Sectors[127].Range.Start, Examples.Bytes(8));

        Assert.Equal(4096, chip.Cells.Count(cell => cell != 0));
        Assert.Equal(1u, chip.PwrVosr & 3);
        Assert.Equal(1, chip.Writes.Count(write => write.At == 0x4003_080C));
        Assert.Contains("SRAM1_RST", OptionReading.ReadFrom(chip, s_u385.Device).Select(option => option.Name));
        Assert.DoesNotContain("PA15_PUPEN", OptionReading.ReadFrom(chip, s_u385.Device).Select(option => option.Name));
    }

    [Fact]
    public void An_STM32U5_is_left_at_its_voltage()
    {
        var chip = U5(s_two);

        Open(chip, s_u585.Device).Erase(s_two.Sectors.First());

        Assert.DoesNotContain(chip.Writes, write => write.At is 0x4000_7000 or 0x4002_1058 or 0x4003_080C);
    }

    [Fact]
    public void An_STM32L5_used_as_one_bank_has_pages_of_4_KiB()
    {
        var layout = s_l552.Part.Layouts.First(layout => layout.Banks.Count == 1);
        var chip = L5(layout);
        chip.Cells.AsSpan().Clear();

        Open(chip, s_l552.Device).Erase(layout.Sectors.ElementAt(127));

        Assert.Equal(4096, chip.Cells.Count(cell => cell == 0xFF));
    }

    [Fact]
    public void TrustZone_closes_the_chip_and_says_what_opens_it()
    {
        var chip = U5(s_two);
        chip.Options[0x40] = 0x9FEF_F855; // and level 0.5, which says nothing worse

        var error = Assert.Throws<RefusedException>(FlashProtection.ReadFrom(chip, s_u585.Device, s_two).AllowReading);

        Assert.Equal("NRST6003", error.Code);
        Assert.Contains(error.Evidence, line => line.Contains("FLASH_OPTR = 0x9FEFF855", StringComparison.Ordinal));
        chip.Options[0x40] = 0x1FEF_F8AA;
        FlashProtection.ReadFrom(chip, s_u585.Device, s_two).AllowReading();
    }

    [Fact]
    public void Level_one_half_without_TrustZone_is_level_1()
    {
        var chip = U5(s_two);
        chip.Options[0x40] = 0x1FEF_F855;

        Assert.Equal(ReadProtection.Level1, FlashProtection.ReadFrom(chip, s_u585.Device, s_two).Read);
    }

    [Theory]
    [InlineData(0xFF83_FF82u, false)]
    [InlineData(0x7F83_FF82u, true)]
    public void An_area_that_is_frozen_is_not_said_to_be_lifted_by_hand(uint wrp2a, bool frozen)
    {
        var chip = new FakeL5(s_two, s_u585.Device.Flash.Times, 16);
        chip.Options[0x68] = wrp2a; // pages 2 and 3 of bank 2

        var barrier = Assert.Single(FlashProtection.ReadFrom(chip, s_u585.Device, s_two).Barriers);

        Assert.Equal(s_two.Banks.First(bank => bank.Number == 2).Layout.Sectors.Skip(2).Take(2).Select(sector => sector.Number), barrier.Sectors.Order());
        Assert.Equal(frozen, barrier.Lift.Contains("UNLOCK", StringComparison.Ordinal));
    }

    [Fact]
    public void Exchanged_banks_take_their_protection_with_them()
    {
        var chip = U5(s_swapped);
        chip.Options[0x68] = 0xFF80_FF80; // page 0 of bank 2, mapped first

        var number = Assert.Single(FlashProtection.ReadFrom(chip, s_u585.Device, s_swapped).WriteProtected);
        Assert.Equal(0x0800_0000u, s_swapped.Sectors.First(sector => sector.Number == number).Range.Start.Value);
    }

    [Fact]
    public void Options_are_those_of_the_line()
    {
        var u5 = OptionReading.ReadFrom(U5(s_two), s_u585.Device).Select(option => option.Name).ToList();
        var l5 = OptionReading.ReadFrom(L5(s_l552.Part.Layouts[0]), s_l552.Device).Select(option => option.Name).ToList();

        Assert.Contains("DUALBANK", u5);
        Assert.Contains("DBANK", l5);
        Assert.Contains("BOOT_LOCK", l5);
        Assert.DoesNotContain("DBANK", u5);
    }
}
