using Nrst.Flash.Loaders;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>Which controller takes whole rows and when, what of a stretch is whole rows, and what the loader makes of it.</summary>
public sealed class Programming_by_rows
{
    private static readonly FlashGrain s_grain = new(8, 0xFF);

    // RM0351, RM0432, RM0444, RM0490, RM0456, RM0487 and RM0493, "Fast programming" and "Burst programming".
    [Theory]
    [InlineData("STM32L476RG", 256, RowCondition.MassErase, 8_000_000u)]
    [InlineData("STM32L4R5ZI", 512, RowCondition.MassErase, 8_000_000u)]
    [InlineData("STM32G071RB", 256, RowCondition.PageErasedLast, 8_000_000u)]
    [InlineData("STM32C031C6", 256, RowCondition.PageErasedLast, 8_000_000u)]
    [InlineData("STM32U575ZI", 128, RowCondition.None, 0u)]
    [InlineData("STM32U385RG", 128, RowCondition.None, 0u)]
    [InlineData("STM32WBA52CG", 128, RowCondition.None, 0u)]
    internal void Is_done_under_the_conditions_of_the_manual(string part, int bytes, RowCondition condition, uint hertz)
    {
        var rows = Open(part).Rows!;

        Assert.Equal((bytes, condition, hertz), (rows.Bytes, rows.Condition, rows.LeastHertz));
    }

    /// <summary>There is no such way, or it needs an erase that CPU1 cannot do, or sources do not agree on the length of a row.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32L552ZE")]
    [InlineData("STM32WB55RG")]
    [InlineData("STM32WL55JC")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32U083RC")]
    [InlineData("STM32L4P5ZG")]
    public void Is_not_done_elsewhere(string part) => Assert.Null(Open(part).Rows);

    [Theory]
    [InlineData(RowCondition.None, true, true, true)]
    [InlineData(RowCondition.PageErasedLast, false, true, true)]
    [InlineData(RowCondition.MassErase, false, false, true)]
    internal void Asks_for_its_erase(RowCondition condition, bool asItIs, bool erased, bool massErased)
    {
        var rows = Rows(256) with { Condition = condition };

        Assert.Equal(
            [asItIs, erased, massErased, massErased],
            [rows.Allow(massErase: false, erased: false), rows.Allow(massErase: false, erased: true), rows.Allow(massErase: true, erased: false), rows.Allow(massErase: true, erased: true)]);
    }

    [Fact]
    public void Takes_aligned_rows_and_leaves_what_is_before_and_behind()
    {
        var pieces = Rows(256).Cut(new Address(0x0800_00F8), Examples.Bytes(8 + 512 + 16), 8, s_grain);

        Assert.Equal([(0, 8, false), (8, 256, true), (264, 256, true), (520, 16, false)], pieces);
    }

    [Fact]
    public void Leaves_a_stretch_without_a_whole_row_as_it_is()
    {
        Assert.Equal([(0, 300, false)], Rows(256).Cut(new Address(0x0800_0008), Examples.Bytes(300), 4, s_grain));
        Assert.Equal([(0, 255, false)], Rows(256).Cut(new Address(0x0800_0000), Examples.Bytes(255), 1, s_grain));
    }

    /// <summary>It would be programmed with what an erase leaves, and take no second write though it reads blank.</summary>
    [Fact]
    public void Leaves_a_row_out_that_has_a_blank_unit_in_it()
    {
        var data = Examples.Bytes(1024);
        data.AsSpan(0x1F8, 8).Fill(0xFF);

        Assert.Equal([(0, 256, true), (256, 256, false), (512, 256, true), (768, 256, true)], Rows(256).Cut(new Address(0x0800_0000), data, 8, s_grain));
    }

    /// <summary>RAM stands in for the flash, and for the controller, which is never busy.</summary>
    [Theory]
    [InlineData("stm32l4", 128)]
    [InlineData("stm32g0", 256)]
    [InlineData("stm32l5", 128)]
    [InlineData("stm32wba", 256)]
    public void Reaches_the_flash_as_it_was_sent(string loader, int row)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM0, loader);
        run.Set((LoaderBlob.Unit, 8), (LoaderBlob.Row, (uint)row), (LoaderBlob.Erased, 0)); // as the RAM is
        var (dest, data) = (QemuRun.Base + 0x2000, Examples.Bytes(496, seed: 5));
        data.AsSpan(0, row)[..16].Clear(); // whoever sends rows has looked: the loader asks no more

        run.Send(LoaderOperation.Program, dest, LoaderCommand.ByRows, data[..256]);
        run.Send(LoaderOperation.Program, dest + 256, LoaderCommand.PageFirst, [.. new byte[8], .. data[256..]]);
        run.Send(LoaderOperation.End, 0, LoaderCommand.ThenEnd, []);
        var seen = run.Go([QemuRun.Base + LoaderBlob.Status, .. Enumerable.Range(0, 15).Select(i => dest + (uint)(i * 32))]);

        Assert.Equal(3u, seen[0][0]);
        Assert.Equal(data[..480], seen[1..].SelectMany(words => words).SelectMany(BitConverter.GetBytes));
    }

    /// <summary>The controllers say nothing of a row over cells that are not blank, and the error code of each of its words breaks.</summary>
    [Theory]
    [InlineData("stm32l4")]
    [InlineData("stm32g0")]
    public void Is_not_done_over_what_is_not_blank(string loader)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM0, loader);
        run.Set((LoaderBlob.Unit, 8), (LoaderBlob.Row, 128), (LoaderBlob.Erased, 0));
        var dest = QemuRun.Base + 0x2000;

        run.Send(LoaderOperation.Program, dest, 0, [1, 2, 3, 4, 5, 6, 7, 8]);
        run.Send(LoaderOperation.Program, dest, LoaderCommand.ByRows, Examples.Bytes(256));
        var seen = run.Go(QemuRun.Base + LoaderBlob.Status);

        Assert.Equal(((uint)LoaderError.Flags << 24) | 1, seen[0][0]);
        Assert.Equal((1u << 3, dest), (seen[0][1], seen[0][2]));
    }

    /// <summary>The counter of that machine stands still, so every row is over in no time.</summary>
    [Theory]
    [InlineData(LoaderCommand.ByRows, LoaderBlob.RowTicks)]
    [InlineData(0u, LoaderBlob.UnitTicks)]
    public void Is_held_to_the_time_of_a_row(uint flags, int least)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM0, "stm32l4");
        run.Set((LoaderBlob.Unit, 8), (LoaderBlob.Row, 128), (LoaderBlob.Erased, 0), (least, 0x00FF_FFFF));

        run.Send(LoaderOperation.Program, QemuRun.Base + 0x2000, flags, Examples.Bytes(128));
        var seen = run.Go(QemuRun.Base + LoaderBlob.Status);

        Assert.Equal((uint)LoaderError.TooFast << 24, seen[0][0]);
        Assert.Equal(QemuRun.Base + 0x2000, seen[0][2]);
    }

    private static FlashRows Rows(int bytes) => new(bytes, default, RowCondition.None, 0);

    private static FlashController Open(string part)
    {
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        return FlashFamilies.Of(device).Open(new FlashChip(null!, null!, null!, device, found.Layouts[0], 3.3));
    }
}
