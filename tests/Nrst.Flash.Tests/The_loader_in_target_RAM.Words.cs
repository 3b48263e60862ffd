using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

/// <summary>The parts for controllers that take several words at once, on the other simulator: RAM stands in for flash and controller.</summary>
public sealed partial class The_loader_in_target_RAM
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
    [InlineData("stm32wba", 16, 0x28, 0x8000_0000u)]
    [InlineData("stm32wba", 8, 0x28, 0x8000_0000u)] // the STM32WBA2
    public void Writes_flash_words_whole_and_leaves_out_blank_ones(string name, int unit, int control, uint locked, params uint[] arguments)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, name, (uint)unit, arguments);
        byte[] first = [.. Enumerable.Range(1, unit).Select(i => (byte)i)], last = [.. Enumerable.Repeat((byte)0xFF, unit - 1), 0];
        run.Load(To, new byte[4 * unit]);

        run.Send(LoaderOperation.Erase, 0, 0, [0, 0, 0, 0, 4, 0, 0, 0]);
        run.Send(LoaderOperation.Program, To, LoaderCommand.ThenEnd, [.. first, .. Examples.Blank((uint)unit), .. last, .. Examples.Blank((uint)unit)]);
        var seen = run.Go(To, To + (uint)unit, To + (2 * (uint)unit), To + (3 * (uint)unit), Base + LoaderBlob.Status, QemuRun.FlashAt + (uint)control);

        var words = unit / 4;
        Assert.Equal(Words(first), seen[0][..words]);
        Assert.Equal(new uint[words], seen[1][..words]); // blank, so not written
        Assert.Equal(Words(last), seen[2][..words]);
        Assert.Equal(new uint[words], seen[3][..words]);
        Assert.Equal((2u, locked), (seen[4][0], seen[5][0]));
    }

    /// <summary>In RAM the command is not executed, and its flags are not cleared by a one: what was asked last can be read.</summary>
    [Fact]
    public void Gives_an_STM32WB0_the_command_the_word_and_its_place()
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges, "stm32wb0", 4, To);
        run.Load(QemuRun.FlashAt, new byte[0x50]);

        run.Send(LoaderOperation.Program, To + 0x1000, 0, [.. Examples.Blank(4)]);
        run.Send(LoaderOperation.Erase, 0, LoaderCommand.ThenEnd, [0, 0, 0, 0, 0x00, 0x06, 0, 0]);
        var seen = run.Go(QemuRun.FlashAt, QemuRun.FlashAt + 0x18, Base + LoaderBlob.Status);

        // The flags read as they were written, all ones: over at once, and with an error.
        Assert.Equal((0x11u, 0x600u, (uint)LoaderError.Flags << 24 | 1), (seen[0][0], seen[1][0], seen[2][0]));
    }

    private static uint[] Words(byte[] bytes) => [.. bytes.Chunk(4).Select(word => BitConverter.ToUInt32(word))];
}
