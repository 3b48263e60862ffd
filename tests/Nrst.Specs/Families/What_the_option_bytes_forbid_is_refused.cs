using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>On each family a protected chip is refused before the first erase, and the text says which option and which step.</summary>
public sealed class What_the_option_bytes_forbid_is_refused
{
    /// <summary>Offset, mask and value that make level 1 and that protect the first sector, from the register tables of the manuals.</summary>
    private static readonly Dictionary<string, ((uint, uint, uint) Level1, (uint, uint, uint) FirstSector)> s_registers = new()
    {
        ["stm32f0"] = ((0x1C, 0x2, 0x2), (0x20, 0x1, 0)),
        ["stm32f1"] = ((0x1C, 0x2, 0x2), (0x20, 0x1, 0)),
        ["stm32f1xl"] = ((0x1C, 0x2, 0x2), (0x20, 0x1, 0)),
        ["stm32f4"] = ((0x14, 0xFF00, 0xBB00), (0x14, 0x1_0000, 0)),
        ["stm32f7"] = ((0x14, 0xFF00, 0xBB00), (0x14, 0x1_0000, 0)),
        ["stm32l0"] = ((0x1C, 0xFF, 0xBB), (0x20, 0x1, 0x1)),
        ["stm32l1"] = ((0x1C, 0xFF, 0xBB), (0x20, 0x1, 0x1)),
        ["stm32l4"] = ((0x20, 0xFF, 0xBB), (0x2C, 0xFF_00FF, 0)),
        ["stm32g4"] = ((0x20, 0xFF, 0xBB), (0x2C, 0xFF_00FF, 0)), // eight bits on the G491, with its 256 pages
        ["stm32g0"] = ((0x20, 0xFF, 0xBB), (0x2C, 0x7F_007F, 0)),
        ["stm32u0"] = ((0x20, 0xFF, 0xBB), (0x2C, 0x7F_007F, 0)),
        ["stm32wb"] = ((0x20, 0xFF, 0xBB), (0x2C, 0xFF_00FF, 0)),
        ["stm32wl"] = ((0x20, 0xFF, 0xBB), (0x2C, 0x7F_007F, 0)),
        ["stm32l5"] = ((0x40, 0xFF, 0xBB), (0x58, 0x7F_007F, 0)),
        ["stm32u5"] = ((0x40, 0xFF, 0xBB), (0x58, 0x7F_007F, 0)),
        ["stm32u3"] = ((0x40, 0xFF, 0xBB), (0x58, 0x7F_007F, 0)),
        ["stm32wba"] = ((0x40, 0xFF, 0xBB), (0x58, 0x7F_007F, 0)),
        ["stm32h7"] = ((0x1C, 0xFF00, 0xBB00), (0x38, 0x1, 0)),
        ["stm32h7ab"] = ((0x1C, 0xFF00, 0xBB00), (0x38, 0x1, 0)),
    };

    /// <summary>Their protection is another: product states and life cycles (H5, H7R/S), a lock in the flash itself (WB0).</summary>
    private static readonly string[] s_otherwise = ["stm32h5", "stm32h7rs", "stm32wb0"];

    public static TheoryData<string, string> Parts()
    {
        var rows = new TheoryData<string, string>();
        foreach (var family in Family.Met.Where(family => s_registers.ContainsKey(family.Driver)))
        {
            rows.Add(family.Name, family.Devices[^1].Parts.MaxBy(part => part.FlashKiB)!.Name);
        }

        return rows;
    }

    [Fact]
    public void No_driver_is_left_out() =>
        Assert.Equal(FlashDrivers.Known.Order(StringComparer.Ordinal), s_registers.Keys.Concat(s_otherwise).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_write_protected_sector_is_named_with_its_option(string family, string part)
    {
        var (device, row) = DeviceDatabase.FindPart(part)!.Value;
        using var bench = new FlashingBench(part, past: OptionCells.Find(device, row, s_registers[device.Flash.Driver].FirstSector));

        var refusal = Refused(bench, "NRST6002", family);

        Assert.Matches("WRP|WPSN", refusal.LikelyCause);
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void A_read_protected_chip_is_not_touched(string family, string part)
    {
        var (device, row) = DeviceDatabase.FindPart(part)!.Value;
        using var bench = new FlashingBench(part, past: OptionCells.Find(device, row, s_registers[device.Flash.Driver].Level1));

        Refused(bench, "NRST6001", family);
    }

    private static RefusedException Refused(FlashingBench bench, string code, string family)
    {
        new Random(3).NextBytes(bench.Flash);
        var before = bench.Flash.ToArray();

        var refusal = Assert.Throws<RefusedException>(() => bench.Run(Image((bench.Geometry.Layout.Range.Start.Value, Bytes(5000)))));

        Assert.True(refusal.Code == code, $"{family}: {refusal.Code} {refusal.Message}");
        Assert.NotEmpty(refusal.Remedies);
        Assert.Contains("nothing was changed", refusal.Message, StringComparison.Ordinal);
        Assert.True(bench.Flash.SequenceEqual(before), $"{family}: the flash was changed.");
        Assert.Empty(bench.Chip.FlashStatistics.Erases);
        return refusal;
    }
}
