using System.Globalization;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>dfu-util 0.11, as Debian has it, against the bootloaders of the virtual chips, in virtual time.</summary>
public sealed class Dfu_util_judges_the_bootloaders : IDisposable
{
    private const uint Start = 0x0800_0000;

    // Several pages nearly everywhere, a last block that is not full, and whole flash words: an H743 loses what is left over.
    private const int ImageBytes = 9_024;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Chips =>
    [
        "STM32F072CB", "STM32F207ZG", "STM32F303CC", "STM32F407VG", "STM32F429ZI", "STM32F746ZG", "STM32G0B1RE", "STM32G474RE", "STM32H563ZI", "STM32H743ZI",
        "STM32L073RZ", "STM32L152RE", "STM32L476RG", "STM32L4R5ZI", "STM32L552ZE", "STM32U575ZI", "STM32WB55RG",
    ];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_and_nrst_read_what_the_other_wrote_and_it_lists_and_starts(string part)
    {
        Peers.Require("dfu-util");
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;

        var (exit, talk) = await Peers.On(board, "dfu-util", "-l");
        Assert.True(exit == 0, talk);
        foreach (var (alternate, name) in chip.Loader!.Rom.Dfu!.Alternates.Index())
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"alt={alternate}, name=\"{name}\""), talk, StringComparison.Ordinal);
        }

        var image = Boards.LoopingProgram(chip, ImageBytes);
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin", image));
        Assert.True(exit == 0 && talk.Contains("File downloaded successfully", StringComparison.Ordinal), talk);
        Assert.Equal(image, chip.Flash[..image.Length]);

        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:{image.Length}", "-U", _folder.File("back.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(image, await File.ReadAllBytesAsync(_folder.File("back.bin")));

        // Two pieces in one file of its own, the second where the chip was not touched yet.
        var more = FlashingBench.Bytes(1024, 5);
        var there = Start + (uint)chip.Flash.Length / 2;
        (exit, talk) = await Peers.On(board, "dfu-util", "-D", _folder.File("image.dfu", DfuFiles.Of((0, "", [(Start, image), (there, more)]))));
        Assert.True(exit == 0, talk);
        Assert.Equal(image, chip.Flash[..image.Length]);
        Assert.Equal(more, chip.Flash.Slice(chip.Flash.Length / 2, more.Length));

        // nrst says of what dfu-util wrote that it is there, and dfu-util reads back what nrst wrote over it.
        NrstInTheLoader.AssertTells(NrstInTheLoader.OverUsb(board), Start, image);
        var ours = FlashingBench.Bytes(ImageBytes + 1_035, 23);
        NrstInTheLoader.Flash(NrstInTheLoader.OverUsb(board), Start, ours);
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:{ours.Length}", "-U", _folder.File("ours.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(ours, await File.ReadAllBytesAsync(_folder.File("ours.bin")));

        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:leave", "-D", _folder.File("image.bin"));
        Assert.True(exit == 0, talk);
        board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Null(board.Dfu);
        Assert.Equal(Start + 8, chip.Core.GetRegister(15));
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_erases_everything(string part)
    {
        Peers.Require("dfu-util");
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        FlashingBench.Bytes(chip.Flash.Length, 3).CopyTo(chip.Flash);
        var image = Boards.LoopingProgram(chip, 256);

        var (exit, talk) = await Peers.On(
            board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:mass-erase:force", "-D", _folder.File("image.bin", image));

        Assert.True(exit == 0, talk);
        Assert.Equal(image, chip.Flash[..image.Length]);
        Assert.Equal(-1, chip.Flash[image.Length..].IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue));
    }

    [Theory]
    [InlineData("STM32F072RB", "NUCLEO_F072RB.bin")]
    [InlineData("STM32F429ZI", "nucleo_f429zi.bin")]
    [InlineData("STM32F746ZG", "NUCLEO_F746ZG.bin")]
    [InlineData("STM32L476RG", "NUCLEO_L476RG.bin")]
    public async Task Real_firmware_goes_in_and_runs(string part, string file)
    {
        Peers.Require("dfu-util");
        // What is no multiple of a double word a real L476 damages.
        var firmware = await File.ReadAllBytesAsync(Repository.Firmware(file));
        Array.Resize(ref firmware, (firmware.Length + 7) / 8 * 8);
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:leave", "-D", _folder.File("firmware.bin", firmware));
        Assert.True(exit == 0, talk);
        Boards.AssertLives(board);
    }

    [Fact]
    public async Task It_is_refused_by_a_chip_that_is_read_protected_and_frees_it()
    {
        Peers.Require("dfu-util");
        using var board = Boards.InItsBootloader(_folder.File("bench"), "STM32F407VG");
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var options = new byte[16];
        options.AsSpan().Fill(0xFF);
        (options[0], options[1]) = (0xEF, 0x55);
        var (_, wrote) = await Peers.On(board, "dfu-util", "-a", "1", "-s", "0x1fffc000:will-reset", "-D", _folder.File("options.bin", options));
        board.Clock.Wait(TimeSpan.FromSeconds(2));

        var (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin", Boards.LoopingProgram(chip, 256)));
        Assert.True(exit == 74, $"{exit}: {wrote}{talk}");

        chip.Flash[0x1000] = 0x22;
        (_, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", ":unprotect:force", "-D", _folder.File("image.bin"));
        board.Clock.Wait(TimeSpan.FromSeconds(40));
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(0xFF, chip.Flash[0x1000]);
    }

    /// <summary>The voltage range of AN3156, which dfu-util can write and read like any memory: words and not bytes from then on, until a reset.</summary>
    [Theory]
    [InlineData("STM32F207ZG", 3, 2.05, 2.15)] // two sectors of 0.4 s, and 16 µs for each byte: two of 0.25 s, and for each word
    [InlineData("STM32F407VG", 3, 2.05, 2.15)]
    [InlineData("STM32F746ZG", 3, 2.2, 4)]
    [InlineData("STM32F407VG", 1, 1.3, 2)]
    public async Task It_tells_the_supply_and_is_faster_for_it(string part, byte range, double least, double most)
    {
        Peers.Require("dfu-util");
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var alternate = chip.Loader!.Rom.Dfu!.Alternates.Index().Single(one => one.Item.StartsWith("@Device Feature", StringComparison.Ordinal)).Index;
        var slow = await Download(3);

        var (exit, talk) = await Peers.On(
            board, "dfu-util", "-a", $"{alternate}", "-s", "0xffff0000", "-D", _folder.File("feature.bin", [range, 0xFF, 0xFF, 0xFF]));
        Assert.True(exit == 0, talk);
        var fast = await Download(5);
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", $"{alternate}", "-s", "0xffff0000:4", "-U", _folder.File("back.bin"));
        Assert.True(exit == 0, talk);

        Assert.Equal([range, 0xFF, 0xFF, 0xFF], await File.ReadAllBytesAsync(_folder.File("back.bin")));
        Assert.InRange(slow / fast, least, most);

        async Task<double> Download(int seed)
        {
            var image = FlashingBench.Bytes(32 * 1024, seed);
            var before = StatisticsSnapshot.Of(board);
            var (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File($"{seed}.bin", image));
            Assert.True(exit == 0, talk);
            Assert.Equal(image, chip.Flash[..image.Length]);
            var after = StatisticsSnapshot.Of(board);
            return after.Chip.FlashErase + after.Chip.FlashProgram - before.Chip.FlashErase - before.Chip.FlashProgram;
        }
    }
}
