using Nrst.Flash;
using Nrst.Usb.Capture;
using Nrst.VirtualBench;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary><c>--probe replay:FILE</c>: a capture is the probe, so that what happened once can be a test for ever.</summary>
public sealed class Replaying_a_capture : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    private string Capture => Path.Combine(_nrst.Folder, "capture.pcapng");

    [Theory]
    [InlineData("v2", "flash", "@sample")]
    [InlineData("v2-1", "flash", "@random", "--keep", "--verify", "readback")]
    [InlineData("v3", "flash", "@random", "--always-erase")]
    [InlineData("v3", "flash", "@sample", "--no-loader", "--connect", "under-reset", "--reset", "halt")]
    [InlineData("v2", "info")]
    [InlineData("v2-1", "read", "0x08000000", "9K", "--connect", "hot-plug")]
    [InlineData("v3", "erase", "--all")]
    [InlineData("v2", "reset", "--halt")]
    public void A_command_has_the_same_result_document(string kind, params string[] command)
    {
        string[] line = [.. command.Select(File), "--json"];
        new BoardStore(_nrst.Bench).New("desk", "STM32F407VG", kind);

        var captured = _nrst.Run([.. line, "--probe", "virtual:desk", "--capture", Capture]).Exits(0);
        var replayed = _nrst.Run([.. line, "--probe", $"replay:{Capture}"]).Exits(0);

        Assert.Equal(captured.Output, replayed.Output);
        Assert.Equal(captured.Talk, replayed.Talk);
    }

    [Theory]
    [InlineData(4, "usb-unplug-after:75")]
    [InlineData(5, "swd-disconnected")]
    [InlineData(5, "no-target-power")]
    [InlineData(7, "flash-ignores-commands")]
    [InlineData(7, "flash-never-finishes")]
    [InlineData(8, "flash-stuck-bit:0x08000010")]
    public void A_command_that_failed_fails_in_the_same_words(int code, string fault)
    {
        new BoardStore(_nrst.Bench).New("sick", "STM32F407VG", faults: [fault]);
        string[] line = ["flash", Repository.Sample, "--json", "--probe"];

        var captured = _nrst.Run([.. line, "virtual:sick", "--capture", Capture]).Exits(code);
        var replayed = _nrst.Run([.. line, $"replay:{Capture}"]).Exits(code);

        Assert.Equal(captured.Output, replayed.Output);
        Assert.Equal(captured.Talk, replayed.Talk);
    }

    [Fact]
    public void A_capture_of_a_replay_holds_the_same_transfers()
    {
        var again = Path.Combine(_nrst.Folder, "again.pcapng");
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "--capture", Capture).Exits(0);

        _nrst.Run("flash", Repository.Sample, "--probe", $"replay:{Capture}", "--capture", again).Exits(0);

        Assert.Equal(Packets(Capture), Packets(again));
    }

    [Fact]
    public void Another_file_deviates_and_the_error_names_the_place_and_both_sides()
    {
        _nrst.Run("flash", File("@random"), "--probe", "virtual:STM32F407VG", "--capture", Capture).Exits(0);
        var other = FlashingBench.Bytes(30_000, seed: 9);
        other[12_345] ^= 0x40;
        var changed = _nrst.File("changed.bin", other) + "@0x08000000";

        var error = _nrst.Run("flash", changed, "--probe", $"replay:{Capture}", "--json").Exits(4).Document["error"]!;

        Assert.Equal("NRST1401", (string)error["code"]!);
        Assert.Matches("^Transfer [0-9]+ differs: the host sent something else than the capture holds, from byte [0-9]+ on.$", (string)error["fact"]!);
        var evidence = error["evidence"]!.AsArray().Select(line => (string)line!).ToArray();
        Assert.Matches("^transfer [0-9]+, frame [0-9]+ of the capture$", evidence[0]);
        Assert.Matches("^expected [0-9]+ bytes.*: [0-9A-F]+", evidence[1]);
        Assert.Matches("^sent     [0-9]+ bytes.*: [0-9A-F]+", evidence[2]);
    }

    [Fact]
    public void A_capture_that_stops_too_early_is_no_success()
    {
        CaptureInfo();
        var whole = System.IO.File.ReadAllBytes(Capture);
        System.IO.File.WriteAllBytes(Capture, whole[..(whole.Length / 2)]); // in the middle of a block, as after a power cut

        var talk = _nrst.Run("info", "--probe", $"replay:{Capture}").Exits(4).Talk;

        Assert.Contains("The capture ends after transfer", talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_stops_before_the_capture_does_is_told()
    {
        CaptureInfo();
        using var pipe = RecordedConversation.Read(Capture).Play();

        Assert.Contains("goes on for", Assert.Throws<ProbeException>(pipe.CheckOver).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_listens_where_it_should_send_is_told_and_the_other_way_round()
    {
        CaptureInfo();
        var conversation = RecordedConversation.Read(Capture);
        var into = new byte[64];

        using var first = conversation.Play();
        Assert.Contains("did something else", Assert.Throws<ProbeException>(() => first.Receive(into)).Message, StringComparison.Ordinal);
        Assert.True(Assert.Throws<ProbeException>(first.CheckOver).LostSync);

        using var second = conversation.Play();
        second.Send(conversation.Transfers[0].Data.Span);
        Assert.Contains("another number of bytes", Assert.Throws<ProbeException>(() => second.Receive(new byte[63])).Message, StringComparison.Ordinal);
        using var third = conversation.Play();
        third.Send(conversation.Transfers[0].Data.Span);
        Assert.Contains("did something else", Assert.Throws<ProbeException>(() => third.Send(into)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recovering_a_conversation_is_captured_and_replayed_as_well()
    {
        var device = new CapturedDevice(0x0483, 0x3748, "ST-LINK/V2", "", new(0, 2, 0x81), 64);
        var answers = new List<string>();
        using (var capture = UsbCapture.Create(Capture, "nrst spec"))
        {
            var (pipe, clock) = capture.Tap(new Confused(), new VirtualClock(), device);
            Recover(pipe, clock);
        }

        var first = answers.ToArray();
        answers.Clear();
        using var replay = RecordedConversation.Read(Capture).Play();
        Recover(replay, replay.Clock);
        replay.CheckOver();

        Assert.Equal(["3", "nothing", "halted no longer", "True False", "NRST1102 0", "nothing 1.5"], first);
        Assert.Equal(first, answers);
        Tshark.MustBeThere();
        Assert.Equal([], Tshark.Objections(Capture));
        Assert.Equal(
            ["1", "1", "5"],
            Tshark.Fields(Capture, "usb.setup.bRequest && usb.bmRequestType.direction == 0", "usb.setup.bRequest").Select(frame => frame[0]));

        void Recover(IBulkPipe pipe, IClock clock)
        {
            var into = new byte[64];
            var recovery = pipe.Recovery!;
            answers.Add($"{recovery.Listen(into, TimeSpan.FromMilliseconds(10))}");
            answers.Add(recovery.Listen(into, TimeSpan.FromMilliseconds(10)) is null ? "nothing" : "something");
            recovery.ClearHalts();
            answers.Add("halted no longer");
            answers.Add($"{recovery.Offer(new byte[15], TimeSpan.FromMilliseconds(10))} {recovery.Offer(new byte[16], TimeSpan.FromMilliseconds(10))}");
            answers.Add($"{Assert.Throws<ProbeException>(recovery.Reset).Code} {clock.Now.TotalSeconds}");
            clock.Wait(TimeSpan.FromSeconds(1.5));
            answers.Add(FormattableString.Invariant($"{(recovery.Listen(into, TimeSpan.FromMilliseconds(10)) is null ? "nothing" : "something")} {clock.Now.TotalSeconds}"));
        }
    }

    [Theory]
    [InlineData(-110, true, "ETIMEDOUT")]
    [InlineData(-2, true, "ENOENT")]
    [InlineData(-32, false, "EPIPE")]
    [InlineData(-71, false, "EPROTO")]
    public void A_failed_transfer_without_a_comment_fails_by_its_errno(int status, bool timedOut, string name)
    {
        CaptureInfo();
        var bytes = System.IO.File.ReadAllBytes(Capture);
        var frame = PcapNgReader.Read(bytes).First(packet => UsbRecord.Decode(packet.Bytes, 0) is { IsSubmission: false, Kind: UsbTransferKind.Bulk });
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.AsSpan().IndexOf(frame.Bytes.Span) + 28), status);
        using var pipe = RecordedConversation.Parse(bytes).Play();

        var error = Assert.Throws<ProbeException>(() => pipe.Send(RecordedConversation.Parse(bytes).Transfers[0].Data.Span));

        Assert.Equal(("NRST1403", timedOut, true), (error.Code, error.TimedOut, error.LostSync));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_capture_is_a_bad_file()
    {
        Assert.Contains("NRST4103", _nrst.Run("info", "--probe", $"replay:{Repository.Sample}").Exits(3).Talk, StringComparison.Ordinal);
        Assert.Contains("NRST4103", _nrst.Run("info", "--probe", "replay:/nowhere/at-all.pcapng").Exits(3).Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_a_capture_is_read_or_refused()
    {
        CaptureInfo();
        var whole = System.IO.File.ReadAllBytes(Capture);
        var random = new Random(220);
        var refused = 0;
        for (var run = 0; run < 3000; run++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(1, 8); change > 0; change--)
            {
                bytes[random.Next(run % 2 == 0 ? 400 : bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                RecordedConversation.Parse(bytes.AsMemory(0, run % 3 == 0 ? random.Next(bytes.Length) : bytes.Length));
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 300, 2900);
    }

    /// <summary>What <c>nrst info --capture</c> does, in this process.</summary>
    private void CaptureInfo()
    {
        using var board = new BoardStore(_nrst.Bench).OpenOrCreate("STM32F407VG");
        var id = board.Identity;
        var capture = UsbCapture.Create(Capture, "nrst spec");
        using var target = Target.Connect(
            StLinkOnUsb.Open(board.Pipe, board.Clock, StLinkOnUsb.Describe(id.VendorId, id.ProductId, id.Serial, ""), capture), new ConnectOptions());
        target.ReadGeometry();
        FlashProtection.ReadFrom(target.Memory, target.Chip.Device, target.ReadGeometry().Layout);
        target.Core.ReadState();
    }

    private static IEnumerable<string> Packets(string file) =>
        PcapNgReader.Read(System.IO.File.ReadAllBytes(file)).Select(packet => $"{packet.At} {Convert.ToHexString(packet.Bytes.Span)} {packet.Comment}");

    private string File(string argument) => argument switch
    {
        "@sample" => Repository.Sample,
        "@random" => _nrst.File("random.bin", FlashingBench.Bytes(30_000, seed: 9)) + "@0x08000000",
        _ => argument,
    };

    /// <summary>Has three bytes left over from somebody else, and cannot be reset.</summary>
    private sealed class Confused : IBulkPipe, IPipeRecovery
    {
        private bool _heard;

        public IPipeRecovery Recovery => this;

        public void Send(ReadOnlySpan<byte> packet) => Assert.Fail("nothing was to be sent");

        public int Receive(Span<byte> into) => 0;

        public bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit) => packet.Length < 16;

        public int? Listen(Span<byte> into, TimeSpan limit)
        {
            int? left = _heard ? null : 3;
            _heard = true;
            return left;
        }

        public void ClearHalts()
        {
        }

        public void Reset() => throw new ProbeException("NRST1102", "It came back as another one.") { Failure = TransferFailure.Gone };

        public void Dispose()
        {
        }
    }
}
