using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register. RM0440 describes the controller of RM0351.</summary>
public sealed class The_flash_of_an_STM32G4
{
    private static readonly (Device Device, Part Part) s_g474 = DeviceDatabase.FindPart("STM32G474RC")!.Value; // 256 KiB: a gap between the banks
    private static readonly (Device Device, Part Part) s_g431 = DeviceDatabase.FindPart("STM32G431KB")!.Value;
    private static readonly BankedLayout s_two = s_g474.Part.Layouts[0];
    private static readonly BankedLayout s_one = s_g474.Part.Layouts[1];

    private static FakeL4 Chip(BankedLayout layout) => new(layout, s_g474.Device.Flash.Times) { Acr = 0x0004_0600 }; // DBG_SWEN, ICEN, DCEN

    private static FlashController Open(FakeL4 chip, Device? device = null) =>
        FlashFamilies.Of(device ?? s_g474.Device).Open(new FlashChip(chip, chip, chip, device ?? s_g474.Device, chip.Layout, 3.3));

    [Fact]
    public void Bank_2_of_a_256_KiB_part_is_beyond_a_gap_and_its_pages_count_from_0()
    {
        var chip = Chip(s_two);
        var bank2 = s_two.Banks[1].Layout.Sectors[0];
        chip.Cells.AsSpan().Clear();

        Open(chip).Erase(bank2);

        Assert.Equal(0x0804_0000u, bank2.Range.Start.Value);
        Assert.False(chip.At(0x0804_0000, 2048).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(2048, chip.Cells.Count(cell => cell == 0xFF));
        Assert.Contains(chip.Writes, write => write is { At: 0x4002_2014, Value: 0x0001_0802 }); // STRT, BKER, PNB 0, PER
    }

    [Fact]
    public void As_one_bank_pages_are_4_KiB_and_no_bank_is_named()
    {
        var chip = Chip(s_one);
        var page = s_one.Sectors.ElementAt(33);
        chip.Cells.AsSpan().Clear();

        Open(chip).Erase(page);

        Assert.Equal(0x0802_1000u, page.Range.Start.Value);
        Assert.Equal(4096, chip.Cells.Count(cell => cell == 0xFF));
        Assert.Contains(chip.Writes, write => write is { At: 0x4002_2014, Value: 0x0001_0000 | 33 << 3 | 2 });
    }

    [Theory]
    [InlineData(0, 0x8004u)]
    [InlineData(1, 0x8004u)] // used as one, the two banks are erased as two
    public void A_mass_erase_names_both_banks_however_they_are_used(int layout, uint word)
    {
        var chip = Chip(s_g474.Part.Layouts[layout]);

        Open(chip).EraseAll();

        Assert.Contains(chip.Writes, write => write.At == 0x4002_2014 && write.Value == (word | 1 << 16));
    }

    [Fact]
    public void A_chip_of_one_bank_has_no_second_to_erase()
    {
        var chip = Chip(s_g431.Part.Layouts[0]);

        Open(chip, s_g431.Device).EraseAll();

        Assert.Contains(chip.Writes, write => write is { At: 0x4002_2014, Value: 0x0001_0004 });
    }

    [Fact]
    public void Resetting_the_caches_does_not_cut_the_debugger_off()
    {
        var chip = Chip(s_two);

        Open(chip).ResetCaches();

        Assert.All(chip.Writes.Where(write => write.At == 0x4002_2000), write => Assert.NotEqual(0u, write.Value & 1 << 18));
        Assert.Equal(0x0004_0600u, chip.Acr);
    }

    [Fact]
    public void PCROP_counts_in_8_bytes_and_as_one_bank_in_16()
    {
        foreach (var (layout, page) in new[] { (s_two, 2048u), (s_one, 4096u) })
        {
            var chip = Chip(layout);
            chip.Options[0x24] = 0xFFFF_0000 | 256; // 2 KiB, or 4 KiB
            chip.Options[0x28] = 511;

            var seen = FlashProtection.ReadFrom(chip, s_g474.Device, layout);

            Assert.Equal([0x0800_0000 + page], seen.ReadProtected.Select(number => layout.Sectors.First(sector => sector.Number == number).Range.Start.Value));
        }
    }

    [Fact]
    public void An_area_that_protects_bank_2_protects_nothing_of_bank_1()
    {
        var chip = Chip(s_two);
        chip.Options[0x4C] = 0xFF81_FF80; // pages 0 and 1; the bits above are no part of the fields

        var seen = FlashProtection.ReadFrom(chip, s_g474.Device, s_two);

        Assert.Equal(s_two.Banks[1].Layout.Sectors.Take(2).Select(sector => sector.Number), seen.WriteProtected.Order());
    }

    [Theory]
    [InlineData(0u, 0)]
    [InlineData(1u << 28, 3)]
    [InlineData(1u << 29, 0)]
    public void A_securable_area_is_a_barrier_while_it_is_closed(uint control, int pages)
    {
        var chip = Chip(s_two);
        chip.Options[0x70] = 3;
        chip.Cr |= control;

        var barriers = FlashProtection.ReadFrom(chip, s_g474.Device, s_two).Barriers;

        Assert.Equal(pages, barriers.Where(barrier => barrier.Kind == BarrierKind.Secure).Sum(barrier => barrier.Sectors.Count));
    }

    [Fact]
    public void Only_a_chip_of_two_banks_has_the_options_of_two()
    {
        var g474 = OptionReading.ReadFrom(Chip(s_two), s_g474.Device).Select(option => option.Name).ToList();
        var g431 = OptionReading.ReadFrom(Chip(s_g431.Part.Layouts[0]), s_g431.Device).Select(option => option.Name).ToList();

        Assert.Contains("DBANK", g474);
        Assert.Contains("SEC_SIZE2", g474);
        Assert.DoesNotContain("DBANK", g431);
        Assert.DoesNotContain("SEC_SIZE2", g431);
        Assert.Contains("BOOT_LOCK", g431);
    }
}
