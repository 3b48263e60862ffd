using System.Buffers.Binary;
using System.Globalization;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

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
    public async Task It_lists_writes_reads_and_starts(string part)
    {
        Peers.Require("dfu-util");
        using var board = InItsLoader(part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;

        var (exit, talk) = await Peers.On(board, "dfu-util", "-l");
        Assert.True(exit == 0, talk);
        foreach (var (alternate, name) in chip.Loader!.Rom.Dfu!.Alternates.Index())
        {
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"alt={alternate}, name=\"{name}\""), talk, StringComparison.Ordinal);
        }

        var image = Program(chip, ImageBytes);
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin", image));
        Assert.True(exit == 0 && talk.Contains("File downloaded successfully", StringComparison.Ordinal), talk);
        Assert.Equal(image, chip.Flash[..image.Length]);

        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:{image.Length}", "-U", _folder.File("back.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(image, await File.ReadAllBytesAsync(_folder.File("back.bin")));

        // Two pieces in one file of its own, the second where the chip was not touched yet.
        var more = FlashingBench.Bytes(1024, 5);
        var there = Start + (uint)chip.Flash.Length / 2;
        (exit, talk) = await Peers.On(board, "dfu-util", "-D", _folder.File("image.dfu", DfuFile((Start, image), (there, more))));
        Assert.True(exit == 0, talk);
        Assert.Equal(image, chip.Flash[..image.Length]);
        Assert.Equal(more, chip.Flash.Slice(chip.Flash.Length / 2, more.Length));

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
        using var board = InItsLoader(part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        FlashingBench.Bytes(chip.Flash.Length, 3).CopyTo(chip.Flash);
        var image = Program(chip, 256);

        var (exit, talk) = await Peers.On(
            board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:mass-erase:force", "-D", _folder.File("image.bin", image));

        Assert.True(exit == 0, talk);
        Assert.Equal(image, chip.Flash[..image.Length]);
        Assert.Equal(-1, chip.Flash[image.Length..].IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue));
    }

    [Fact]
    public async Task It_is_refused_by_a_chip_that_is_read_protected_and_frees_it()
    {
        Peers.Require("dfu-util");
        using var board = InItsLoader("STM32F407VG");
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var options = new byte[16];
        options.AsSpan().Fill(0xFF);
        (options[0], options[1]) = (0xEF, 0x55);
        var (_, wrote) = await Peers.On(board, "dfu-util", "-a", "1", "-s", "0x1fffc000:will-reset", "-D", _folder.File("options.bin", options));
        board.Clock.Wait(TimeSpan.FromSeconds(2));

        var (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin", Program(chip, 256)));
        Assert.True(exit == 74, $"{exit}: {wrote}{talk}");

        chip.Flash[0x1000] = 0x22;
        (_, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", ":unprotect:force", "-D", _folder.File("image.bin"));
        board.Clock.Wait(TimeSpan.FromSeconds(40));
        (exit, talk) = await Peers.On(board, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("image.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(0xFF, chip.Flash[0x1000]);
    }

    private VirtualBoard InItsLoader(string part)
    {
        var store = new BoardStore(_folder.File("bench"));
        store.New("b", part);
        using (var virgin = store.Open("b"))
        {
            // A G0 as it leaves the factory does not ask the pin: an empty one goes into its bootloader by itself.
            if (part[5..7] != "G0")
            {
                ((ChipOnBoard)virgin.Chip).Silicon.Flash[..8].Fill(0x24);
            }
        }

        store.Set("b", ["boot0=1"]);
        return store.Open("b");
    }

    /// <summary>A stack, a vector, a branch to itself, and something to see wrong bytes by.</summary>
    private static byte[] Program(Stm32Chip chip, int length)
    {
        byte[] head = [.. BitConverter.GetBytes(chip.Part.Ram[0].Range.Start.Value + 0x800), .. BitConverter.GetBytes(Start + 9), 0xFE, 0xE7];
        return [.. head, .. FlashingBench.Bytes(length - head.Length, 17)];
    }

    private static byte[] DfuFile(params (uint At, byte[] Data)[] elements)
    {
        var target = elements.SelectMany(element => (byte[])[.. BitConverter.GetBytes(element.At), .. BitConverter.GetBytes(element.Data.Length), .. element.Data]).ToArray();
        byte[] body =
        [
            .. "Target"u8, 0, .. BitConverter.GetBytes(0), .. new byte[255], .. BitConverter.GetBytes(target.Length), .. BitConverter.GetBytes(elements.Length), .. target,
        ];
        byte[] file = [.. "DfuSe"u8, 1, .. BitConverter.GetBytes(11 + body.Length), 1, .. body, 0x00, 0x22, 0x11, 0xDF, 0x83, 0x04, 0x1A, 0x01, .. "UFD"u8, 16];
        var crc = uint.MaxValue;
        foreach (var each in file)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1;
            }
        }

        var suffix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(suffix, crc);
        return [.. file, .. suffix];
    }
}
