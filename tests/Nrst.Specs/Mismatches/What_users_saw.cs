using Nrst.Flash;
using Nrst.Specs.Connecting;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs.Mismatches;

/// <summary>"Data mismatch found at address …", as those who asked for help saw it, with their figures.</summary>
public sealed class What_users_saw : IDisposable
{
    private const uint Start = 0x0800_0000;
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    /// <summary>An STM32F407, 70,468 bytes: "byte = 0xDE instead of 0xDD" at 0x0800_00B0, and the program ran all the same.</summary>
    [Theory]
    [InlineData(true, "NRST5106", MismatchKind.Unsteady)]
    [InlineData(false, "NRST5001", MismatchKind.Unexplained)]
    public void An_F407_with_one_byte_that_is_not_as_it_was_written(bool once, string code, MismatchKind kind)
    {
        using var board = new SickBoard();
        var bytes = FlashingBench.Bytes(70_468);
        bytes[0xB0] = 0xDD;
        using var target = board.Connect();
        var looks = 0;

        var error = Assert.Throws<ProofException>(() => new Programmer(target, happened =>
        {
            if (happened is JobEvent.PhaseStarted { Phase: Phase.Verify })
            {
                looks = 0;
                Flash(board.Board)[0xB0] = 0xDE;
            }

            if (once && happened is JobEvent.Advanced { Phase: Phase.Verify } && looks++ == 0)
            {
                Flash(board.Board)[0xB0] = 0xDD;
            }
        }).Flash(FlashingBench.Image((Start, bytes)), new FlashOptions { Verify = VerifyMode.Readback }, ResetAfter.Run, default));

        Assert.Equal((code, kind, new Address(0x0800_00B0)), (error.Code, error.Mismatch!.Kind, error.First));
        Assert.Equal([new AddressRange(new Address(0x0800_00B0), 1)], error.Mismatch.Ranges);
        Assert.Equal((1L, 70_468L, once), (error.Mismatch.BytesDifferent, error.Mismatch.BytesCompared, error.Mismatch.RereadsDiffer));
        Assert.Contains("first difference at 0x0800_00B0: expected 0xDD, found 0xDE", error.Evidence);
    }

    /// <summary>
    /// An STM32L073 in its USB loader, 66,748 bytes, 522 sectors erased in 3 ms: "byte = 0x29" at 0x0800_0004, and the old program started. Found
    /// before anything was programmed over it.
    /// </summary>
    [Fact]
    public void An_L073_whose_loader_erases_nothing_holds_the_old_program()
    {
        var (old, image) = (L073(0x29), L073(0xDD));
        InItsLoader("STM32L073RZ", old, "dfu-erase-dropped");

        var document = _nrst.Run("flash", _nrst.File("new.bin", image) + "@0x08000000", "--probe", "dfu:virtual:b", "--json").Exits(8).Document;

        Assert.Equal("NRST5501", (string?)document["error"]!["code"]);
        var mismatch = document["result"]!["mismatch"]!;
        Assert.Equal(("oldContents", false), ((string?)mismatch["kind"], (bool)mismatch["rereadsDiffer"]!));
        Assert.Equal("0x08000001", (string?)mismatch["ranges"]![0]!["address"]); // 0x5000 little end first, and blank is 0x00
        Assert.Equal(old.AsSpan(0, image.Length).ToArray().Zip(image).Count(pair => pair.First != 0), (int)mismatch["bytesDifferent"]!);

        var verified = _nrst.Run("verify", _nrst.File("new.bin", image) + "@0x08000000", "--probe", "dfu:virtual:b", "--json").Exits(8).Document;

        Assert.Equal("NRST5001", (string?)verified["error"]!["code"]);
        Assert.Equal("The flash holds 0x29 at 0x0800_0004 where 0xDD belongs.", (string?)verified["error"]!["fact"]);
        Assert.Equal(66_748, (int)verified["result"]!["mismatch"]!["bytesCompared"]!);
    }

    [Fact]
    public void Blocks_that_a_USB_loader_threw_away_are_blank()
    {
        InItsLoader("STM32F407VG", FlashingBench.Bytes(20_000, 3), "dfu-write-dropped");

        var document = _nrst.Run("flash", _nrst.File("new.bin", FlashingBench.Bytes(9_001)) + "@0x08000000", "--probe", "dfu:virtual:b", "--json").Exits(8).Document;

        Assert.Equal("NRST5103", (string?)document["error"]!["code"]);
        var mismatch = document["result"]!["mismatch"]!;
        Assert.Equal("blank", (string?)mismatch["kind"]);
        Assert.Equal(FlashingBench.Bytes(9_001).Count(value => value != 0xFF), (int)mismatch["bytesDifferent"]!);
        Assert.Single(mismatch["ranges"]!.AsArray());
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32L073RZ")]
    public void Over_a_serial_line_all_of_it_is_told_as_well(string part)
    {
        var bytes = FlashingBench.Bytes(9_000, 3);
        InItsLoader(part, bytes);
        var other = bytes.ToArray();
        other.AsSpan(0x400, 300).Reverse();

        var document = _nrst.Run("verify", _nrst.File("other.bin", other) + "@0x08000000", "--probe", "serial:virtual:b", "--json").Exits(8).Document;

        Assert.Equal("NRST5001", (string?)document["error"]!["code"]);
        var mismatch = document["result"]!["mismatch"]!;
        Assert.Equal(other.Zip(bytes).Count(pair => pair.First != pair.Second), (int)mismatch["bytesDifferent"]!);
        Assert.Equal(("0x08000400", 300), ((string?)mismatch["ranges"]![0]!["address"], (int)mismatch["ranges"]![0]!["length"]!));
    }

    /// <summary>An update in the other bank that ends with an exchange of the banks, or an option byte that somebody set: the old program runs.</summary>
    [Theory]
    [InlineData("STM32H743ZI", 0x1C, 1u << 31, 1u << 31)]
    [InlineData("STM32U575ZI", 0x40, 1u << 20, 1u << 20)]
    public void An_image_in_the_bank_that_does_not_come_first_is_found_there(string part, uint register, uint mask, uint value)
    {
        var image = FlashingBench.Image((Start, FlashingBench.Bytes(20_000)));
        using var plain = new FlashingBench(part, "v3");
        plain.Run(image);
        var options = OptionCells.Find(plain.Device, plain.Part, (register, mask, value));
        using var swapped = new FlashingBench(part, "v3", past: plain.Chip.Save() with { OptionBytes = options.OptionBytes });

        var error = Assert.Throws<ProofException>(() => FlashExecutor.Compare(swapped.Target, image, default));

        Assert.Equal(("NRST5104", MismatchKind.OtherBank), (error.Code, error.Mismatch!.Kind));
        Assert.Equal(new AddressRange(new Address(Start), 20_000), Assert.Single(error.Mismatch.Ranges));
    }

    /// <summary>"File download complete", and the old program runs: whatever did it, what the planner saw of the old contents tells.</summary>
    [Theory]
    [InlineData("STM32F407VG", true, 5_000)] // byte by byte
    [InlineData("STM32F407VG", false, 5_000)] // by the checksum that the loader made of all of it
    [InlineData("STM32F407VG", false, 200_000)] // by that of its first bytes
    [InlineData("STM32L073RZ", false, 20_000)]
    public void A_flash_in_which_nothing_has_happened_holds_the_old_contents(string part, bool withoutLoader, int length)
    {
        using var bench = new FlashingBench(part);
        var old = FlashingBench.Bytes(length, 7);
        old.CopyTo(bench.Flash);
        bench.Target = bench.Target with
        {
            WithoutLoader = withoutLoader,
            Listener = happened =>
            {
                if (happened is JobEvent.PhaseStarted { Phase: Phase.Verify })
                {
                    old.CopyTo(bench.Flash);
                }
            },
        };

        var error = Assert.Throws<ProofException>(() => bench.Run(FlashingBench.Image((Start, FlashingBench.Bytes(length)))));

        Assert.Equal(("NRST5101", MismatchKind.OldContents, new Address(Start)), (error.Code, error.Mismatch!.Kind, error.First));
        Assert.Equal(new AddressRange(new Address(Start), (uint)length), Assert.Single(error.Mismatch.Ranges));
        Assert.Equal(old.Zip(FlashingBench.Bytes(length)).Count(pair => pair.First != pair.Second), error.Mismatch.BytesDifferent);
    }

    /// <summary>The vectors as the log has them: 00 50 00 20, and then 8D C3 00 08 DD C3 00 08 in place of 29 C3 00 08 79 C3 00 08.</summary>
    private static byte[] L073(byte reset)
    {
        var bytes = FlashingBench.Bytes(66_748, reset);
        byte[] head = [0x00, 0x50, 0x00, 0x20, reset, 0xC3, 0x00, 0x08];
        head.CopyTo(bytes, 0);
        return bytes;
    }

    private static Span<byte> Flash(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon.Flash;

    private void InItsLoader(string part, byte[] contents, params string[] faults)
    {
        var store = new BoardStore(_nrst.Bench);
        store.New("b", part, "v2-1", faults);
        using (var virgin = store.Open("b"))
        {
            contents.CopyTo(Flash(virgin));
        }

        store.Set("b", ["boot0=1"]);
    }
}
