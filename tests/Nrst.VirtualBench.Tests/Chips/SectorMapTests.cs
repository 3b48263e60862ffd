using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Bench;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class SectorMapTests
{
    public static TheoryData<string> OnePartOfEverySize => [.. DeviceDatabase.All
        .Where(device => device.Series == "STM32F4")
        .SelectMany(device => device.Parts.DistinctBy(part => (device.DeviceId, part.FlashKiB)).Select(part => part.Name))];

    [Theory]
    [MemberData(nameof(OnePartOfEverySize))]
    public void Each_sector_turns_to_ones_and_its_neighbours_do_not(string part)
    {
        var (_, described) = DeviceDatabase.FindPart(part)!.Value;
        foreach (var layout in described.Layouts)
        {
            var bench = new Bench(part).Unlocked();
            if (layout.Condition is "DB1M=1")
            {
                bench.OptionsUnlocked();
                bench[OPTCR] |= 1 << 30;
                bench[OPTCR] |= 2;
                bench.UntilIdle();
            }

            foreach (var bank in layout.Banks)
            {
                for (var n = 0u; n < bank.Layout.Sectors.Count; n++)
                {
                    bench.Chip.Flash.Clear();
                    bench.EraseSector((uint)(bank.Number - 1) << 4 | n);
                    bench.UntilIdle();
                    Assert.Equal(bank.Layout.Sectors[(int)n].Range, Erased(bench.Chip.Flash));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(OnePartOfEverySize))]
    public void The_flash_ends_where_the_size_register_says(string part)
    {
        var bench = new Bench(part);
        Assert.Equal(BusStatus.Ok, bench.Load(0x1FFF_7A22, 2, out var kib));
        Assert.Equal(BusStatus.Ok, bench.Load(0x0800_0000 + kib * 1024 - 4, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(0x0800_0000 + kib * 1024, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Store(0x0800_0000 + kib * 1024, 4, 0));
    }

    [Fact]
    public void A_bank_erase_leaves_the_other_bank_alone_and_both_bits_take_both()
    {
        var bench = new Bench("STM32F429ZI").Unlocked();
        bench.Chip.Flash.Clear();
        bench[CR] = X32 | MER1 | STRT;
        Assert.Equal(0u, bench[0x0800_0000]); // read while write: bank 1 answers at once
        Assert.InRange(bench.UntilIdle(), 7_990_000_000, 8_010_000_000);
        Assert.Equal(new AddressRange(new Address(0x0810_0000), 0x10_0000), Erased(bench.Chip.Flash));

        bench[CR] = X32 | MER | MER1 | STRT;
        Assert.InRange(bench.UntilIdle(), 15_980_000_000, 16_020_000_000);
        Assert.Equal(new AddressRange(new Address(0x0800_0000), 0x20_0000), Erased(bench.Chip.Flash));
    }

    [Fact]
    public void On_an_STM32F413_one_bit_protects_sectors_14_and_15()
    {
        var bench = new Bench("STM32F413ZH").Unlocked().OptionsUnlocked();
        Assert.Equal(0x7FFF_AAECu, bench[OPTCR]);
        bench[OPTCR] = 0x3FFF_AAEC;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        bench.EraseSector(14);
        Assert.Equal(WRPERR, bench[SR]);
        bench[SR] = WRPERR;
        bench.EraseSector(15);
        Assert.Equal(WRPERR, bench[SR]);
        bench[SR] = WRPERR;
        bench.EraseSector(13);
        Assert.Equal(BSY, bench[SR]);
    }

    [Fact]
    public void Bank_2_has_its_protection_in_OPTCR1()
    {
        var bench = new Bench("STM32F429ZI").Unlocked().OptionsUnlocked();
        bench[OPTCR1] = 0x0FFE_0000;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        bench.EraseSector(0x10);
        Assert.Equal(WRPERR, bench[SR]);
        bench[SR] = WRPERR;
        bench.EraseSector(0);
        Assert.Equal(BSY, bench[SR]);
    }

    private static AddressRange Erased(Span<byte> flash)
    {
        var first = flash.IndexOf((byte)0xFF);
        var last = flash.LastIndexOf((byte)0xFF);
        Assert.False(flash[first..(last + 1)].ContainsAnyExcept((byte)0xFF), "the erased bytes are not one range");
        return new AddressRange(new Address(0x0800_0000 + (uint)first), (uint)(last + 1 - first));
    }
}
