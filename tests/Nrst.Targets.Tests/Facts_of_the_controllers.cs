namespace Nrst.Targets.Tests;

/// <summary>What drivers take from data, pinned to the manuals line by line.</summary>
public sealed class Facts_of_the_controllers
{
    [Theory]
    [InlineData("STM32F103C8", "stm32f1", 2, null, null)]
    [InlineData("STM32F103ZG", "stm32f1xl", 2, null, null)]
    [InlineData("STM32F072RB", "stm32f0", 2, null, null)]
    [InlineData("STM32F303VC", "stm32f0", 2, null, null)]
    [InlineData("STM32F205RG", "stm32f4", 4, null, null)]
    [InlineData("STM32F767ZI", "stm32f7", 4, null, null)]
    [InlineData("STM32L073RZ", "stm32l0", 4, 64, 4)]
    [InlineData("STM32L152RE", "stm32l1", 4, 128, 4)]
    [InlineData("STM32L476RG", "stm32l4", 8, 256, 8)]
    [InlineData("STM32L4R5ZI", "stm32l4", 8, 512, 8)]
    [InlineData("STM32G071RB", "stm32g0", 8, 256, 8)]
    [InlineData("STM32C031C6", "stm32g0", 8, 256, null)] // no ECCR on this line
    [InlineData("STM32U083RC", "stm32u0", 8, null, 8)]
    [InlineData("STM32G474RE", "stm32g4", 8, 256, 8)]
    [InlineData("STM32WB55RG", "stm32wb", 8, 512, 8)]
    [InlineData("STM32WLE5JC", "stm32wl", 8, 256, 8)]
    [InlineData("STM32L552ZE", "stm32l5", 8, null, 8)]
    [InlineData("STM32U575ZI", "stm32u5", 16, 128, 16)]
    [InlineData("STM32U385RG", "stm32u3", 8, 128, 8)]
    [InlineData("STM32WBA55CG", "stm32wba", 16, 128, 16)]
    [InlineData("STM32H563ZI", "stm32h5", 16, null, 16)]
    [InlineData("STM32H743ZI", "stm32h7", 32, null, 32)]
    [InlineData("STM32H723ZG", "stm32h7", 32, null, 32)]
    [InlineData("STM32H7A3ZI", "stm32h7ab", 16, null, 16)]
    [InlineData("STM32H7S7L8", "stm32h7rs", 16, null, 16)]
    [InlineData("STM32WB07CC", "stm32wb0", 4, 16, null)]
    public void A_part_is_written_in_its_units(string name, string driver, int unit, int? burst, int? ecc)
    {
        var flash = DeviceDatabase.FindPart(name)!.Value.Device.Flash;

        Assert.Equal((driver, unit, burst, ecc), (flash.Driver, flash.WriteUnit, flash.Burst, flash.EccWord));
    }

    [Theory]
    [InlineData("STM32G474CB", "DBANK=1: 1 08000000 32x2K, 2 08040000 32x2K; DBANK=0: 1 08000000 32x4K")]
    [InlineData("STM32H743ZG", "SWAP_BANK=0: 1 08000000 4x128K, 2 08100000 4x128K; SWAP_BANK=1: 2 08000000 4x128K, 1 08100000 4x128K")]
    [InlineData("STM32H563ZG", "SWAP_BANK=0: 1 08000000 64x8K, 2 08080000 64x8K; SWAP_BANK=1: 2 08000000 64x8K, 1 08080000 64x8K")]
    [InlineData("STM32G0B1RC", "DUAL_BANK=1 nSWAP_BANK=1: 1 08000000 64x2K, 2 08020000 64x2K; DUAL_BANK=1 nSWAP_BANK=0: 2 08000000 64x2K, 1 08020000 64x2K; DUAL_BANK=0: 1 08000000 128x2K")]
    [InlineData("STM32F767ZG", "nDBANK=1: 1 08000000 4x32K 1x128K 3x256K; nDBANK=0: 1 08000000 4x16K 1x64K 3x128K, 2 08080000 4x16K 1x64K 3x128K")]
    [InlineData("STM32L476RG", ": 1 08000000 256x2K, 2 08080000 256x2K")]
    [InlineData("STM32L476RE", "DUALBANK=1: 1 08000000 128x2K, 2 08040000 128x2K; DUALBANK=0: 1 08000000 256x2K")]
    [InlineData("STM32L4R5ZG", "DB1M=1: 1 08000000 128x4K, 2 08080000 128x4K; DB1M=0: 1 08000000 128x8K")]
    [InlineData("STM32F103RF", ": 1 08000000 256x2K, 2 08080000 128x2K")]
    [InlineData("STM32L151RE", ": 1 08000000 1024x256, 2 08040000 1024x256")]
    [InlineData("STM32WB09KE", ": 1 10040000 256x2K")]
    public void The_maps_of_a_part_are_those_of_its_manual(string name, string maps)
    {
        var part = DeviceDatabase.FindPart(name)!.Value.Part;

        Assert.Equal(maps, string.Join("; ", part.Layouts.Select(layout =>
            $"{layout.Condition}: {string.Join(", ", layout.Banks.Select(bank => $"{bank.Number} {bank.Layout.Range.Start.Value:X8} {bank.Layout}"))}")));
    }

    [Theory]
    [InlineData(0x413, 0, 16_000_000)]
    [InlineData(0x410, 0, 8_000_000)]
    [InlineData(0x417, 0, 2_097_000)]
    [InlineData(0x415, 0, 4_000_000)]
    [InlineData(0x443, 0, 12_000_000)]
    [InlineData(0x450, 0, 64_000_000)]
    [InlineData(0x484, 1, 32_000_000)]
    [InlineData(0x485, 1, 64_000_000)]
    public void A_core_starts_behind_its_port_at_its_clock(int id, int port, uint hertz)
    {
        var device = DeviceDatabase.FindById((ushort)id)!;

        Assert.Equal((port, hertz), (device.Debug.AccessPort, device.ResetHertz));
    }

    [Fact]
    public void Each_bank_of_an_H7_and_an_F1_XL_has_its_registers()
    {
        Assert.Equal(0x5200_2100u, DeviceDatabase.FindById(0x450)!.Flash.ControllerOf(2).Value);
        Assert.Equal(0x4002_2040u, DeviceDatabase.FindById(0x430)!.Flash.ControllerOf(2).Value);
        Assert.Equal(0x4002_2000u, DeviceDatabase.FindById(0x469)!.Flash.ControllerOf(2).Value); // one set for both
    }

    [Fact]
    public void What_writes_RAM_beside_the_core_is_known_and_quieted_in_RCC()
    {
        string[] without = [.. DeviceDatabase.All.Where(device => device.BusMasters.Count == 0).Select(device => device.Series).Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(["STM32C5", "STM32WB0"], without);
        Assert.All(DeviceDatabase.All.SelectMany(device => device.BusMasters.Select(master => (device.Crc!.Clock.At, master.Bits.At))), pair =>
            Assert.Equal(pair.Item1.Value >> 10, pair.Item2.Value >> 10)); // the block that clocks the CRC unit is RCC as well
        Assert.All(DeviceDatabase.All.Where(device => device.BusMasters.Count > 0), device =>
            Assert.Contains(device.BusMasters, master => master.Name.Contains("DMA", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_CRC_unit_of_the_older_lines_cannot_choose_its_polynomial()
    {
        string[] older = [.. DeviceDatabase.All.Where(device => device.Crc!.Fixed).Select(device => device.Series).Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(["STM32F1", "STM32F2", "STM32F4", "STM32L1"], older);
    }

    [Theory]
    [InlineData(0x0000_0000u, "DBANK=0")]
    [InlineData(0x0020_0000u, "DBANK=0")]
    [InlineData(0x0040_0000u, "DBANK=1 DB256K=0")]
    [InlineData(0x0060_0000u, "DBANK=1 DB256K=1 SWAP_BANK=0")]
    [InlineData(0x0070_0000u, "DBANK=1 DB256K=1 SWAP_BANK=1")]
    public void All_bits_together_choose_the_map(uint optr, string condition)
    {
        var part = DeviceDatabase.FindPart("STM32L552RC")!.Value.Part;

        var holding = Assert.Single(part.Layouts, layout => layout.Holds(at => at.Value == 0x4002_2040 ? optr : throw new ArgumentOutOfRangeException(nameof(at))));

        Assert.Equal(condition, holding.Condition);
    }

    [Fact]
    public void Where_the_parallelism_sets_the_time_the_widest_access_counts()
    {
        var times = DeviceDatabase.FindById(0x450)!.Flash.Times;

        Assert.Equal((TimeSpan.FromMicroseconds(100), TimeSpan.FromMicroseconds(200)), (times.ProgramTypical, times.ProgramMax));
        Assert.Equal([8, 16, 32, 64], times.ProgramAt.Select(time => time.Bits));
        Assert.Equal(TimeSpan.FromMicroseconds(290), times.ProgramAt[0].Typical);
    }

    [Fact]
    public void A_burst_is_not_slower_than_its_accesses_one_by_one() => Assert.All(
        DeviceDatabase.All.Select(device => device.Flash).Where(flash => flash.Burst is not null),
        flash => Assert.InRange(flash.Times.Burst!.Typical, TimeSpan.Zero, flash.Times.ProgramTypical * (flash.Burst!.Value / flash.WriteUnit)));
}
