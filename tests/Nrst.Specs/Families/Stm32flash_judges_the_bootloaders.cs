using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>stm32flash 0.7, as Debian has it, against the serial bootloaders of the virtual chips.</summary>
public sealed class Stm32flash_judges_the_bootloaders : IDisposable
{
    private const uint Start = 0x0800_0000;
    private const int ImageBytes = 4_992; // whole flash words, as an H743 loses what is left over, and no whole number of blocks
    private const string Program = "stm32flash";

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Chips =>
    [
        "STM32F030F4", "STM32F051R8", "STM32F072CB", "STM32F103C8", "STM32F103RE", "STM32F105RC", "STM32F207ZG", "STM32F303CC", "STM32F407VG", "STM32F429ZI",
        "STM32F446RE", "STM32F746ZG", "STM32L053R8", "STM32L073RZ", "STM32L152RE", "STM32L433CC", "STM32L476RG", "STM32G071RB", "STM32G474RE", "STM32H743ZI",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_and_nrst_read_what_the_other_wrote_and_it_verifies_erases_and_starts(string part)
    {
        Peers.Require(Program);
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        FlashingBench.Bytes(chip.Flash.Length, 3).AsSpan(8).CopyTo(chip.Flash[8..]);
        var image = Boards.LoopingProgram(chip, ImageBytes);

        var talk = await Run(board, "-w", _folder.File("image.bin", image), "-v");
        Assert.Equal(image, chip.Flash[..image.Length]);
        Assert.Contains($"0x{chip.Loader!.Rom.ProductId:x4}", talk, StringComparison.Ordinal);

        await Run(board, "-r", _folder.File("back.bin"), "-S", $"0x{Start:x8}:{image.Length / 4 * 4}");
        Assert.Equal(image[..(image.Length / 4 * 4)], await File.ReadAllBytesAsync(_folder.File("back.bin")));

        // nrst says of what stm32flash wrote that it is there, and stm32flash reads back what nrst wrote over it.
        NrstInTheLoader.AssertTells(NrstInTheLoader.OverASerialLine(board), Start, image);
        var ours = FlashingBench.Bytes(ImageBytes + 280, 23);
        NrstInTheLoader.Flash(NrstInTheLoader.OverASerialLine(board), Start, ours);
        await Run(board, "-r", _folder.File("ours.bin"), "-S", $"0x{Start:x8}:{ours.Length}");
        Assert.Equal(ours, await File.ReadAllBytesAsync(_folder.File("ours.bin")));

        var pages = chip.FlashModel.Map.Units;
        await Run(board, "-o", "-S", $"0x{Start:x8}:{pages[0].Range.Length + pages[1].Range.Length}");
        Assert.Equal(-1, chip.Flash[..(int)(pages[0].Range.Length + pages[1].Range.Length)].IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue));

        await Run(board, "-w", _folder.File("image.bin"), "-v", "-g", $"0x{Start:x8}");
        Assert.Equal(image, chip.Flash[..image.Length]);
        board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        chip.RunUntil(board.VirtualClock.Nanoseconds);
        Assert.Equal(Start + 8, chip.Core.GetRegister(15));
    }

    [Theory]
    [InlineData("STM32F072CB")]
    [InlineData("STM32F103C8")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F429ZI")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L476RG")]
    public async Task It_erases_everything(string part)
    {
        Peers.Require(Program);
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        FlashingBench.Bytes(chip.Flash.Length, 3).CopyTo(chip.Flash);
        await Run(board, "-o");
        Assert.Equal(-1, chip.Flash.IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue));
    }

    [Theory]
    [InlineData("STM32F411RE", "NUCLEO_F411RE.bin")]
    [InlineData("STM32L053R8", "NUCLEO_L053R8.bin")]
    public async Task Real_firmware_goes_in_and_runs(string part, string file)
    {
        Peers.Require(Program);
        var firmware = Repository.Firmware(file);
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        await Run(board, "-w", firmware, "-v", "-g", $"0x{Start:x8}");
        Boards.AssertLives(board);
    }

    [Fact]
    public async Task It_protects_a_chip_and_frees_it()
    {
        Peers.Require(Program);
        using var board = Boards.InItsBootloader(_folder.File("bench"), "STM32F407VG");
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        await Run(board, "-j");
        Assert.True(chip.Loader!.IsReadProtected);
        Assert.NotEqual(0, (await Try(board, "-r", _folder.File("back.bin"), "-S", $"0x{Start:x8}:256")).ExitCode);
        chip.Flash[0x1000] = 0x22;
        await Run(board, "-k");
        Assert.False(chip.Loader.IsReadProtected);
        Assert.Equal(0xFF, chip.Flash[0x1000]);
    }

    /// <summary>Where a loader has no checksum stm32flash reads everything and makes it itself: the loader that has one has to tell the same.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32L073RZ")]
    public async Task It_makes_the_same_checksum_of_what_it_reads_as_a_loader_of_its_flash(string part)
    {
        Peers.Require(Program);
        var sums = new List<string>();
        foreach (var faults in new string[][] { [], ["uart-checksum-in-bytes"] })
        {
            using var board = Boards.InItsBootloader(_folder.File($"bench{faults.Length}"), part, faults);
            var chip = ((ChipOnBoard)board.Chip).Silicon;
            FlashingBench.Bytes(ImageBytes, 29).AsSpan(8).CopyTo(chip.Flash[8..]);
            var talk = await Run(board, "-C", "-S", $"0x{Start:x8}:{ImageBytes}");
            sums.Add(Assert.Single(talk.Split('\n'), line => line.StartsWith("CRC(", StringComparison.Ordinal)));
        }

        Assert.Equal(sums[0], sums[1]);
    }

    private static async Task<string> Run(VirtualBoard board, params string[] arguments)
    {
        var (exit, talk) = await Try(board, arguments);
        Assert.True(exit == 0, talk);
        return talk;
    }

    /// <summary>As it comes: 8 bits with even parity, and half a second for each answer, on the bench's clock.</summary>
    private static Task<(int ExitCode, string Talk)> Try(VirtualBoard board, params string[] arguments) =>
        Peers.OnSerialPort(board, Program, ["-b", "115200", .. arguments, Peers.SerialPort]);
}
