using Nrst.Bootloaders.Usart;
using Nrst.Flash;

namespace Nrst.Specs.RomLoaders;

/// <summary>Get Checksum of serial loaders: a proof that no byte of the flash goes over the line for, and the read back where it is none.</summary>
public sealed class What_a_loader_proves_by_itself
{
    private const int Length = 30_000;

    [Theory]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32F407VG", "uart-checksum")]
    [InlineData("STM32U575ZI", "uart-checksum")]
    [InlineData("STM32H743ZI", "uart-checksum")]
    public void Its_checksum_is_the_proof_and_the_look_at_what_is_there_already(string part, params string[] faults)
    {
        using var board = new LoaderBoard(part, faults);
        board.Hold(part is "STM32G0B1RE" ? [] : FlashingBench.Bytes(40_000, 3)); // a G0 asks the flash and not the pin
        var image = board.Image(Length);

        var first = LoaderBoard.Flash(board.OpenSerial(), image).Report;
        Assert.Equal(VerifyMode.Hash, first.Proof.Mode);
        Assert.InRange(first.Proof.BytesCompared, Length, Length + 256);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..Length]);
        Assert.True(first.Seconds.Verify < 0.1, $"{first.Seconds.Verify} s to prove {Length} bytes");

        var again = LoaderBoard.Flash(board.OpenSerial(), image).Report;
        Assert.True(again.Plan.ChangesNothing);
        Assert.Equal(VerifyMode.Hash, again.Proof.Mode);
        Assert.True(again.Seconds.Compare + again.Seconds.Verify < 0.5, $"{again.Seconds.Compare} s and {again.Seconds.Verify} s to see that {Length} bytes are there");
    }

    [Fact]
    public void Reading_back_is_done_where_it_is_asked_for()
    {
        using var board = new LoaderBoard("STM32F407VG", "uart-checksum");
        using var session = board.OpenSerial();
        var report = new RomProgrammer(session).Flash(board.Image(Length), new FlashOptions { Verify = VerifyMode.Readback }, ResetAfter.None, default).Report;
        Assert.Equal(VerifyMode.Readback, report.Proof.Mode);
        Assert.True(report.Seconds.Verify > Length * 11 / 115_200.0, $"{report.Seconds.Verify} s");
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("uart-checksum-in-bytes", "The loader says it has a checksum and does not answer for it: the flash is read instead.")]
    [InlineData("uart-checksum-wrong", "The loader's checksum of 0x0800_0000..")]
    public void A_checksum_that_is_none_is_no_fault_of_the_flash(string? fault, string? notice)
    {
        using var board = new LoaderBoard("STM32F407VG", fault is null ? [] : [fault]);
        var image = board.Image(Length);
        var events = new List<JobEvent>();

        var report = LoaderBoard.Flash(board.OpenSerial(), image, listener: events.Add).Report;

        Assert.Equal(VerifyMode.Readback, report.Proof.Mode);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..Length]);
        var told = events.OfType<JobEvent.Noticed>().Where(noticed => noticed.Text.Contains("checksum", StringComparison.Ordinal)).Select(noticed => noticed.Text);
        Assert.Equal(notice is null ? 0 : 1, told.Count());
        Assert.StartsWith(notice ?? "", told.FirstOrDefault() ?? "", StringComparison.Ordinal);
    }

    /// <summary>What is changed behind the loader's back after it was programmed: the last byte of a block, an early one, and one in the middle.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    [InlineData(17_001)]
    [InlineData(Length - 1)]
    public void A_byte_that_is_not_as_it_should_be_is_found_and_flashed_again(int at)
    {
        using var board = new LoaderBoard("STM32F407VG", "uart-checksum");
        var image = board.Image(Length);
        LoaderBoard.Flash(board.OpenSerial(), image);
        board.Silicon.Flash[at] ^= 0x10;
        board.Board.PowerCycle();

        var report = LoaderBoard.Flash(board.OpenSerial(), image).Report;

        Assert.False(report.Plan.ChangesNothing);
        Assert.Equal(VerifyMode.Hash, report.Proof.Mode);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..Length]);
    }

    [Fact]
    public void A_write_that_is_lost_fails_the_proof_and_the_bytes_are_named()
    {
        using var board = new LoaderBoard("STM32F407VG", "uart-checksum");
        var image = board.Image(Length);
        using var session = board.OpenSerial();
        var spoiled = false;
        var failed = Assert.Throws<ProofException>(() => new RomProgrammer(session, told =>
        {
            if (told is JobEvent.PhaseStarted { Phase: Phase.Verify } && !spoiled)
            {
                spoiled = true;
                board.Silicon.Flash[5_000] ^= 1;
            }
        }).Flash(image, new FlashOptions(), ResetAfter.None, default));
        Assert.Equal(new Address(LoaderBoard.Start + 5_000), failed.Mismatch!.Ranges[0].Start);
    }

    /// <summary>Each frame of the conversation hit once, on its way there and back.</summary>
    [Theory]
    [InlineData((int)SerialFault.FlippedOut)]
    [InlineData((int)SerialFault.LostOut)]
    [InlineData((int)SerialFault.ExtraOut)]
    [InlineData((int)SerialFault.FlippedIn)]
    [InlineData((int)SerialFault.LostIn)]
    [InlineData((int)SerialFault.ExtraIn)]
    [InlineData((int)SerialFault.Silence)]
    [InlineData((int)SerialFault.Nack)]
    public void A_disturbed_conversation_is_had_again_and_never_proves_what_is_not_there(int fault)
    {
        using var board = new LoaderBoard("STM32F407VG", "uart-checksum");
        board.Hold(board.Image(4_096).Pieces[0].Data.Span);
        var expected = Sum(board, null).Told;
        Assert.NotNull(expected);
        var begin = Sum(board, null).Begin;
        var hit = 0;
        for (var frame = 0; frame < 5; frame++)
        {
            for (var seed = 0; seed < 4; seed++)
            {
                var random = new Random(seed);
                BadSerialWire? bad = null;
                var (told, _) = Sum(board, line => bad = new BadSerialWire(line, board.Board.Clock, (SerialFault)fault, begin + frame, random, () => { }));
                hit += bad!.Happened ? 1 : 0;
                Assert.True(told is null || told == expected, $"frame {frame}, seed {seed}: 0x{told:X8}, and it is 0x{expected:X8}");
            }
        }

        Assert.Equal(20, hit);
    }

    /// <summary>Asks once, and says how many frames were sent before.</summary>
    private static (uint? Told, int Begin) Sum(LoaderBoard board, Func<ISerialLine, ISerialLine>? through)
    {
        board.Board.PowerCycle();
        BadSerialWire? counter = null;
        using var session = board.OpenSerial(line => through?.Invoke(line) ?? (counter = new BadSerialWire(line, board.Board.Clock, SerialFault.Dead, int.MaxValue - 1, new Random(0), () => { })));
        var begin = counter?.Frames ?? 0;
        var told = session.Loader.Checksum!.Of(new AddressRange(new Address(LoaderBoard.Start), 4_096));
        Assert.Equal(0x413, ((UsartLoader)session.Loader).ProductId);
        var four = new byte[4];
        session.Loader.Read(new Address(LoaderBoard.Start), four); // it is in step
        Assert.Equal(board.Silicon.Flash[..4].ToArray(), four);
        return (told, begin);
    }
}
