using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

/// <summary>The loader parts of controllers that take several words at once, and of the one that takes commands, where RAM stands in for flash and registers.</summary>
public sealed class Loaders_for_whole_flash_words
{
    private const uint To = 0x2001_8000;

    /// <param name="unit">Bytes of a flash word.</param>
    /// <param name="control">Where the control register is.</param>
    /// <param name="locked">What it holds in the end.</param>
    [Theory]
    [InlineData("stm32h7", 32, 0x0C, 0x31u, 0u, 0x30u, 0x80u)]
    [InlineData("stm32h7", 16, 0x0C, 0x01u, 0u, 0u, 0x20u)]
    [InlineData("stm32h7", 32, 0x10C, 0x31u, 0x100u, 0x30u, 0x80u)] // the second bank's
    [InlineData("stm32h7rs", 16, 0x10, 0x01u)]
    [InlineData("stm32h5", 16, 0x28, 0x01u)]
    [InlineData("stm32wba", 8, 0x28, 0x8000_0000u)] // the STM32WBA2
    public void Write_them_whole_leave_out_blank_ones_and_lock(string name, int unit, int control, uint locked, params uint[] arguments)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM4, name);
        run.Set([
            (LoaderBlob.Unit, (uint)unit), (LoaderBlob.Erased, uint.MaxValue), (LoaderBlob.Vtor, 0xE000_ED08),
            .. arguments.Select((value, i) => (LoaderBlob.Arguments + (4 * i), value)),
        ]);
        byte[] first = [.. Enumerable.Range(1, unit).Select(i => (byte)i)], last = [.. Enumerable.Repeat((byte)0xFF, unit - 1), 0];
        run.Load(To, new byte[4 * unit]);

        run.Send(LoaderOperation.Erase, 0, 0, [0, 0, 0, 0, 4, 0, 0, 0]);
        run.Send(LoaderOperation.Program, To, LoaderCommand.ThenEnd, [.. first, .. Examples.Blank((uint)unit), .. last, .. Examples.Blank((uint)unit)]);
        var seen = run.Go(
            To, To + (uint)unit, To + (2 * (uint)unit), To + (3 * (uint)unit), QemuRun.Base + LoaderBlob.Status, QemuRun.CortexM4.Flash + (uint)control);

        var words = unit / 4;
        Assert.Equal(Words(first), seen[0][..words]);
        Assert.Equal(new uint[words], seen[1][..words]); // blank, so not written
        Assert.Equal(Words(last), seen[2][..words]);
        Assert.Equal(new uint[words], seen[3][..words]);
        Assert.Equal((2u, locked), (seen[4][0], seen[5][0]));
    }

    /// <summary>Nothing executes the command, and flags are not cleared by a one there: they read as written, over at once and with an error.</summary>
    [Theory]
    [InlineData(0x0000_0600u, 0x11u, 0x600u)]
    [InlineData(0x8000_0000u, 0x22u, 0u)]
    public void Give_an_STM32WB0_the_command_and_its_place(uint word, uint command, uint address)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, QemuRun.CortexM0, "stm32wb0");
        var (content, some) = (QemuRun.Base + 0x1800, Examples.Bytes(256));
        run.Set((LoaderBlob.Unit, 4), (LoaderBlob.Erased, uint.MaxValue), (LoaderBlob.Arguments, To));
        run.Load(content, some);

        var answer = run.Send(LoaderOperation.Survey, 0, 0, The_loader_in_target_RAM.Items(new SurveyItem(SurveyKind.Hash, content, 256)));
        run.Send(LoaderOperation.Erase, 0, LoaderCommand.ThenEnd, [0, 0, 0, 0, .. BitConverter.GetBytes(word)]);
        var seen = run.Go(QemuRun.CortexM0.Flash, QemuRun.CortexM0.Flash + 0x18, QemuRun.Base + LoaderBlob.Status, answer);

        Assert.Equal((command, address, (uint)LoaderError.Flags << 24 | 1), (seen[0][0], seen[1][0], seen[2][0]));
        Assert.Equal(WordCrc.Of(some), seen[3][0]);
    }

    private static uint[] Words(byte[] bytes) => [.. bytes.Chunk(4).Select(word => BitConverter.ToUInt32(word))];
}
