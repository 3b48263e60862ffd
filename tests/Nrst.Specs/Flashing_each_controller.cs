using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>The same job on every generation of flash controllers that has a driver and a model: both were written from the manual, and neither from the other.</summary>
public sealed class Flashing_each_controller
{
    /// <summary>One part of each driver, the smallest and the one with the most banks where there is a difference.</summary>
    public static TheoryData<string> Parts() =>
    [
        "STM32F030F4", "STM32F303RE", "STM32F103C8", "STM32F103ZE", "STM32F103ZG", "STM32F407VG", "STM32F746ZG", "STM32F767ZI", "STM32G031F4", "STM32G071RB",
        "STM32G0B1RE", "STM32L011K4", "STM32L073RZ", "STM32L152RE", "STM32L432KC", "STM32L476RG",
        "STM32L552ZC", "STM32L552ZE", "STM32U375CE", "STM32U535CB", "STM32U575ZI", "STM32U5A9NJ",
    ];

    [Theory]
    [MemberData(nameof(Parts))]
    public void An_image_goes_over_old_bytes_by_the_loader_and_is_proved(string part) => Flash(part, withoutLoader: false);

    [Theory]
    [MemberData(nameof(Parts))]
    public void And_register_by_register(string part) => Flash(part, withoutLoader: true);

    [Theory]
    [InlineData("STM32G071RB", false)]
    [InlineData("STM32G071RB", true)]
    [InlineData("STM32L476RG", false)]
    public void Cells_that_share_an_ECC_are_not_added_to(string part, bool withoutLoader)
    {
        using var bench = new FlashingBench(part);
        bench.Target = bench.Target with { WithoutLoader = withoutLoader };
        Bytes(4).CopyTo(bench.Flash); // right as far as it goes, and half a double word

        var report = bench.Run(Image((0x0800_0000, Bytes(64))));

        Assert.True(report.Plan.Sectors[0].Erase);
        Assert.True(bench.Flash[..64].SequenceEqual(Bytes(64)));
    }

    private static void Flash(string part, bool withoutLoader)
    {
        var row = DeviceDatabase.FindPart(part)!.Value;
        Assert.SkipUnless(Modelled(row), $"The bench has no model of {part} yet.");
        using var bench = new FlashingBench(part);
        var (blank, size) = (row.Device.Flash.ErasedValue, withoutLoader ? 600 : 6001);
        Bytes(10_000, seed: 3).CopyTo(bench.Flash);
        bench.Target = bench.Target with { WithoutLoader = withoutLoader };
        var last = (int)bench.Geometry.Layout.Sectors.Last().Range.Length;

        var report = bench.Run(Image(
            (row.Device.Flash.Start.Value, Bytes(size)),
            (bench.Geometry.Layout.Range.Last.Value, [0x5A])));

        Assert.Equal(!withoutLoader, report.UsedLoader);
        Assert.True(bench.Flash[..size].SequenceEqual(Bytes(size)));
        Assert.False(bench.Flash[^last..^1].ContainsAnyExcept(blank));
        Assert.Equal(0x5A, bench.Flash[^1]);
        Assert.True(bench.Flash[9_999] == Bytes(10_000, seed: 3)[9_999] || report.Plan.Sectors.Any(sector => sector.Erase && sector.Sector.Range.Contains(row.Device.Flash.Start + 9_999)));

        var again = bench.Run(Image((row.Device.Flash.Start.Value, Bytes(size))));
        Assert.True(again.Plan.ChangesNothing);
    }

    private static bool Modelled((Device Device, Part Part) row)
    {
        try
        {
            _ = new VirtualBench.Chips.Stm32Chip(row.Device, row.Part, new VirtualBench.Chips.ChipOptions());
            return true;
        }
        catch (Exception missing) when (missing is NotSupportedException or ArgumentException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
