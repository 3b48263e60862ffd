using Nrst.Bootloaders.Usart;

namespace Nrst.Specs.RomLoaders;

/// <summary>What single things on a serial line to a loader end with, one line each; and a chip that nobody knows.</summary>
public sealed class A_serial_loader_in_trouble
{
    private const string Part = "STM32F103CB";

    /// <summary>Two wrong bits under the same checksum, and no answer to it: the only way to a block that is neither blank nor right.</summary>
    [Fact]
    public void A_block_that_was_changed_on_its_way_and_not_answered_is_told_and_done_the_next_time()
    {
        using var board = new LoaderBoard(Part);
        board.Hold(FlashingBench.Bytes(9_000, 3));
        var image = board.Image(3_000);
        ChangedBlock? line = null;

        var told = Assert.Throws<FlashException>(() => LoaderBoard.Flash(board.OpenSerial(through => line = new ChangedBlock(through)), image));

        Assert.Equal("NRST2504", told.Code);
        Assert.Equal(new AddressRange(new Address(LoaderBoard.Start), 256), told.Where);
        Assert.True(line!.Happened);
        LoaderBoard.Flash(board.OpenSerial(), image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..3_000]);
    }

    /// <summary>The same without the wrong bits: what is there needs no second time.</summary>
    [Fact]
    public void A_block_that_arrived_and_whose_answer_was_lost_is_found_to_be_there()
    {
        using var board = new LoaderBoard(Part);
        board.Hold([]);
        var image = board.Image(3_000);
        ChangedBlock? line = null;

        LoaderBoard.Flash(board.OpenSerial(through => line = new ChangedBlock(through) { IsRight = true }), image);

        Assert.True(line!.Happened);
        Assert.Equal(12, line.Blocks);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..3_000]);
    }

    [Theory]
    [InlineData(12)] // while it is looked what is there
    [InlineData(60)] // while it is programmed
    public void A_line_that_is_cut_in_the_middle_of_a_job_is_told_and_the_job_done_the_next_time(int frame)
    {
        using var board = new LoaderBoard(Part);
        board.Hold(FlashingBench.Bytes(9_000, 3));
        var image = board.Image(9_000);
        BadSerialWire? wire = null;

        var told = Assert.Throws<TargetException>(() => LoaderBoard.Flash(
            board.OpenSerial(line => wire = new BadSerialWire(line, board.Board.Clock, SerialFault.Dead, frame, new Random(1), board.Board.PowerCycle)), image));

        Assert.Equal("NRST3513", told.Code);
        Assert.True(wire!.Happened);
        Assert.NotEmpty(told.Evidence);
        LoaderBoard.Flash(board.OpenSerial(), image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..9_000]);
    }

    /// <summary>Of a part that came out after this nrst the loader tells a number, and what can be read.</summary>
    [Theory]
    [InlineData("STM32F103CB", 128)]
    [InlineData("STM32L476RG", 1024)]
    public void A_product_that_nobody_knows_is_programmed_and_proved_after_a_plain_warning(string part, int kib)
    {
        using var board = new LoaderBoard(part);
        board.Hold(FlashingBench.Bytes(kib * 1024, 3));
        var image = board.Image(5_031);
        using (var session = board.OpenSerial(line => new UnknownProduct(line)))
        {
            Assert.Equal(UnknownProduct.Id, ((UsartLoader)session.Loader).ProductId);
            Assert.False(session.Chip.IsKnown);
            Assert.Equal(new AddressRange(new Address(LoaderBoard.Start), (uint)kib * 1024), session.Chip.Layout.Range);
            Assert.Equal("NRST3501", Assert.Throws<TargetException>(() => RomChip.Of((UsartLoader)session.Loader, part)).Code); // nor is it what somebody says
        }

        var events = new List<JobEvent>();
        var outcome = LoaderBoard.Flash(board.OpenSerial(line => new UnknownProduct(line)), image, ResetAfter.Run, events.Add);

        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..5_031]);
        Assert.Equal(-1, board.Silicon.Flash[5_031..].IndexOfAnyExcept(board.Erased)); // as was said: all at once
        Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
        Assert.Contains(events.OfType<JobEvent.Noticed>(), notice =>
            notice.Text == $"Product id 0x7FF is not in the device data. Its loader reads {kib} KiB at 0x0800_0000; nrst erases all of them at once and takes them to erase to 0xFF.");
    }

    private abstract class Middle(ISerialLine line) : ISerialLine
    {
        public void Configure(int baud, SerialParity parity) => line.Configure(baud, parity);

        public void Send(ReadOnlySpan<byte> bytes) => line.Send(Out(bytes.ToArray()));

        public int Receive(Span<byte> into, TimeSpan limit)
        {
            var count = line.Receive(into, limit);
            return In(into[..count]);
        }

        public void DropInput() => line.DropInput();

        public void SetLines(bool? dtr, bool? rts) => line.SetLines(dtr, rts);

        public void Dispose() => line.Dispose();

        protected abstract byte[] Out(byte[] frame);

        /// <returns>How many of them are handed on.</returns>
        protected abstract int In(Span<byte> came);
    }

    /// <summary>The first whole block loses its answer, and two of its bits before that.</summary>
    private sealed class ChangedBlock(ISerialLine line) : Middle(line)
    {
        private const int WholeBlock = 1 + 256 + 1;

        private bool _loses;

        public bool IsRight { get; init; }

        public bool Happened { get; private set; }

        public int Blocks { get; private set; }

        protected override byte[] Out(byte[] frame)
        {
            if (frame.Length > 2 && frame.Length == frame[0] + 3 && frame[0] > 100)
            {
                Blocks++;
            }

            if (frame.Length == WholeBlock && !Happened)
            {
                (Happened, _loses) = (true, true);
                if (!IsRight)
                {
                    frame[100] ^= 4;
                    frame[200] ^= 4;
                }
            }

            return frame;
        }

        protected override int In(Span<byte> came)
        {
            var lost = _loses && came.Length > 0;
            _loses &= !lost;
            return lost ? 0 : came.Length;
        }
    }

    /// <summary>ACK, a count, the product id, ACK: another product id.</summary>
    private sealed class UnknownProduct(ISerialLine line) : Middle(line)
    {
        public const ushort Id = 0x7FF;

        private int _answered = int.MaxValue;

        protected override byte[] Out(byte[] frame)
        {
            _answered = frame is [0x02, 0xFD] ? 0 : int.MaxValue;
            return frame;
        }

        protected override int In(Span<byte> came)
        {
            for (var i = 0; i < came.Length && _answered < 4; i++, _answered++)
            {
                came[i] = _answered switch { 2 => Id >> 8, 3 => Id & 0xFF, _ => came[i] };
            }

            return came.Length;
        }
    }
}
