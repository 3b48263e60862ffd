namespace Nrst.Targets.Tests;

/// <summary>What every driver, loader and planner may rely on, for every part there is.</summary>
public sealed class Every_part_number
{
    private const int SmallestLoaderRam = 2 * 1024; // STM32L011

    private static readonly (Device Device, Part Part)[] Parts =
        [.. DeviceDatabase.All.SelectMany(device => device.Parts, (device, part) => (device, part))];

    [Fact]
    public void Is_there() => Assert.Equal(1580, Parts.Length);

    [Fact]
    public void Has_its_last_byte_in_a_sector_of_every_map()
    {
        foreach (var (_, part) in Parts)
        {
            foreach (var layout in part.Layouts)
            {
                var last = layout.Banks.Max(bank => bank.Layout.Range.Last);
                Assert.Equal(layout.Range.Last, last);
                Assert.Single(layout.Sectors, sector => sector.Range.Contains(last));
            }
        }
    }

    [Fact]
    public void Has_sectors_whose_numbers_count_up_bank_by_bank()
    {
        foreach (var (device, part) in Parts)
        {
            foreach (var layout in part.Layouts)
            {
                foreach (var bank in layout.Banks)
                {
                    var sectors = bank.Layout.Sectors;
                    Assert.Equal(Enumerable.Range(sectors[0].Number, sectors.Count), sectors.Select(sector => sector.Number));
                    Assert.Equal(bank.FirstField, bank.FieldOf(sectors[0]));
                    Assert.Equal(bank.FirstField + (uint)sectors.Count - 1, bank.FieldOf(sectors[^1]));
                    Assert.Equal(bank.Number == 2 && device.Flash.Driver is "stm32f4" or "stm32f7" && bank.Number == 2 ? 16u : 0u, bank.FirstField);
                }

                Assert.Equal(layout.Banks.Count == 2 ? [1, 2] : [1], layout.Banks.Select(bank => bank.Number).Order());
            }
        }
    }

    [Fact]
    public void Has_the_same_banks_where_they_are_exchanged()
    {
        var exchanged = 0;
        foreach (var (device, part) in Parts)
        {
            foreach (var layout in part.Layouts.Where(layout => layout.Banks[0].Number == 2))
            {
                exchanged++;
                Assert.Contains(device.Flash.Swap, layout.When);
                var straight = part.Layouts.Single(other => other.Banks.Count == 2 && other.Banks[0].Number == 1
                    && other.When.Except(layout.When).Single() is { } value && value.Field == device.Flash.Swap!.Field);
                Assert.Equal(straight.Range, layout.Range);
                Assert.Equal(straight.Sectors.Select(sector => sector.Range), layout.Sectors.Select(sector => sector.Range));
                Assert.Equal(straight.Banks[0].Layout.ToString(), layout.Banks[1].Layout.ToString());
                Assert.Equal(straight.Banks[0].Layout.Sectors[0].Number, layout.Banks[1].Layout.Sectors[0].Number);
            }
        }

        Assert.True(exchanged > 250, $"{exchanged} parts with exchanged banks");
    }

    [Fact]
    public void Has_RAM_for_a_loader_where_a_loader_looks_first() => Assert.All(Parts, row =>
    {
        var first = row.Part.Ram.First(ram => ram.Executes);
        Assert.True(first.Range.Length >= SmallestLoaderRam, row.Part.Name);
        Assert.False(first.IsAlias, row.Part.Name);
        Assert.True(first.Range.Start >= new Address(0x2000_0000), $"{row.Part.Name}: {first}");
    });

    [Fact]
    public void Has_aliases_only_of_RAM_that_is_there() => Assert.All(Parts, row =>
        Assert.All(row.Part.Ram.Where(ram => ram.IsAlias), alias =>
            Assert.Contains(row.Part.Ram, ram => !ram.IsAlias && ram.Name == alias.Name && ram.Range.Length == alias.Range.Length)));

    [Fact]
    public void Is_erased_to_zeros_on_the_L0_and_L1_and_to_ones_elsewhere() => Assert.All(Parts, row =>
        Assert.Equal(row.Device.Series is "STM32L0" or "STM32L1" ? 0x00 : 0xFF, row.Device.Flash.ErasedValue));

    [Fact]
    public void Says_its_own_size_in_its_size_register()
    {
        foreach (var (device, part) in Parts)
        {
            var register = device.Flash.Size;
            var raw = register.Form switch
            {
                SizeForm.WordsLessOne => (uint)part.FlashKiB * 256 - 1,
                SizeForm.L1Code => part.FlashKiB == 384 ? 0u : 1u,
                SizeForm.LowByteKiB => 0xAB00u | (uint)part.FlashKiB,
                _ => (uint)part.FlashKiB,
            };
            var shift = (int)(register.At.Value % 4 * 8);
            var word = register.Form is SizeForm.WordsLessOne ? 0xA5A4_0000 | raw : 0xA5A5_A5A5 & ~(0xFFFFu << shift) | raw << shift;

            Assert.Equal(part.FlashKiB, register.KiBOf(word));
            Assert.Null(register.KiBOf(uint.MaxValue));
        }
    }

    [Fact]
    public void Is_found_by_its_own_name_and_with_the_letters_that_follow()
    {
        foreach (var (device, part) in Parts)
        {
            Assert.Equal(part.Name, DeviceDatabase.FindPart(part.Name)?.Part.Name);
            Assert.Equal(part.Name, DeviceDatabase.FindPart(part.Name.ToLowerInvariant())?.Part.Name);
            if (!part.Name.Contains('-', StringComparison.Ordinal))
            {
                Assert.Equal(part.Name, DeviceDatabase.FindPart(part.Name + "T6")?.Part.Name);
                Assert.Equal(part.Name, DeviceDatabase.FindPart(part.Name + "Tx")?.Part.Name);
                Assert.Equal(device, DeviceDatabase.FindPart(part.Name + "U6TR")!.Value.Device);
            }
        }
    }
}
