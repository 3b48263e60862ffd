using System.Diagnostics;
using System.Globalization;
using System.Text;
using Nrst.Flash;
using Nrst.Usb.Capture;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary><c>--capture FILE</c>, judged by tshark.</summary>
public sealed class Capturing_every_transfer : IDisposable
{
    private const int DescriptorTransfers = 5;

    private static readonly string[] Fields =
    [
        "frame.number", "frame.time_epoch", "usb.urb_id", "usb.urb_type", "usb.transfer_type", "usb.endpoint_address", "usb.device_address",
        "usb.bus_id", "usb.setup_flag", "usb.data_flag", "usb.urb_status", "usb.urb_len", "usb.data_len", "usb.capdata", "usb.urb_ts_sec",
        "usb.urb_ts_usec",
    ];

    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [InlineData("v2", 0x02, "ST-LINK/V2", "3748")]
    [InlineData("v2-1", 0x01, "ST-LINK/V2-1", "374b")]
    [InlineData("v3", 0x01, "STLINK-V3E", "374e")]
    public void Tshark_finds_the_transfers_that_went_over_the_pipe(string kind, int outEndpoint, string product, string productId)
    {
        Tshark.MustBeThere();
        var file = Path.Combine(_nrst.Folder, "flash.pcapng");
        var (seen, identity) = Flash(kind, file, FlashingBench.Bytes(40_000));

        Assert.Equal([], Tshark.Objections(file));
        var frames = Tshark.Fields(file, null, Fields);
        Assert.Equal(2 * (seen.Count + DescriptorTransfers), frames.Length);
        Assert.Equal(Enumerable.Range(1, frames.Length), frames.Select(frame => int.Parse(frame[0], CultureInfo.InvariantCulture)));
        for (var i = 0; i < seen.Count; i++)
        {
            var (s, c) = (frames[2 * (i + DescriptorTransfers)], frames[2 * (i + DescriptorTransfers) + 1]);
            Assert.Equal(Expected(s[0], i, seen[i], outEndpoint, submission: true), string.Join(' ', s));
            Assert.Equal(Expected(c[0], i, seen[i], outEndpoint, submission: false), string.Join(' ', c));
        }

        var facts = Tshark.Fields(file, "usb.bDescriptorType && usb.urb_type == 'C'", "usb.idVendor", "usb.idProduct", "usb.iSerialNumber", "usb.bEndpointAddress", "usb.bInterfaceClass", "usb.bString");
        Assert.Equal($"0x0483 0x{productId} 3", string.Join(' ', facts[0][..3]));
        Assert.Equal($"0x81,0x{outEndpoint:x2} 0xff", $"{facts[1][3]} {facts[1][4]}");
        Assert.Equal([product, identity.Serial], facts[3..].Select(frame => frame[5]));
    }

    [Fact]
    public void The_file_says_who_wrote_it_and_what_probe_it_was()
    {
        Tshark.MustBeThere();
        var file = Path.Combine(_nrst.Folder, "flash.pcapng");

        Flash("v2-1", file, [1, 2, 3, 4]);

        var text = Encoding.UTF8.GetString(File.ReadAllBytes(file));
        Assert.All((string[])["nrst spec", "virtual:desk", "ST-LINK/V2-1, firmware V2J45M31"], part => Assert.Contains(part, text, StringComparison.Ordinal));
        Assert.All(Tshark.Fields(file, null, "frame.interface_name", "frame.interface_description"), frame =>
            Assert.Equal(["virtual:desk", "ST-LINK/V2-1, firmware V2J45M31, captured by nrst spec"], frame));
    }

    [Fact]
    public void A_transfer_that_fails_is_written_with_its_errno_and_what_became_of_it()
    {
        Tshark.MustBeThere();
        var file = Path.Combine(_nrst.Folder, "loose.pcapng");
        _nrst.Run("bench", "new", "loose", "--chip", "STM32F407VG", "--fault", "usb-unplug-after:60").Exits(0);

        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:loose", "--capture", file).Exits(4);

        Assert.Equal([], Tshark.Objections(file));
        var frames = Tshark.Fields(file, null, "usb.urb_type", "usb.urb_status", "usb.urb_len", "frame.comment");
        Assert.Equal(2 * (60 + DescriptorTransfers + 1), frames.Length);
        Assert.Equal("'C' -19 0", string.Join(' ', frames[^1][..3])); // ENODEV
        Assert.StartsWith("{\"code\":\"NRST1182\"", frames[^1][3], StringComparison.Ordinal);
        Assert.All(frames[..^2], frame => Assert.Equal(frame[0] == "'S'" ? "-115" : "0", frame[1]));
    }

    [Fact]
    public void A_time_out_is_written_as_one()
    {
        var file = Path.Combine(_nrst.Folder, "silent.pcapng");
        using (var capture = UsbCapture.Create(file, "nrst spec"))
        {
            using var board = Board("v2");
            var (pipe, _) = capture.Tap(board.Pipe, board.Clock, new CapturedDevice(0x0483, 0x3748, "ST-LINK/V2", "", new(0, 2, 0x81), 64));
            Assert.Throws<ProbeException>(() => pipe.Receive(new byte[64]));
        }

        Tshark.MustBeThere();
        Assert.Equal(["-110"], Tshark.Fields(file, "usb.urb_type == 'C' && usb.transfer_type == 3", "usb.urb_status").Select(frame => frame[0]));
    }

    [Fact]
    public void Redacted_it_holds_the_serial_number_nowhere_and_still_replays()
    {
        var (plain, redacted) = (Path.Combine(_nrst.Folder, "plain.pcapng"), Path.Combine(_nrst.Folder, "redacted.pcapng"));
        string[] info = ["info", "--json", "--probe"];

        var serial = (string)_nrst.Run([.. info, "virtual:STM32F407VG", "--capture", plain]).Exits(0).Result["probe"]!["serial"]!;
        _nrst.Run([.. info, "virtual:STM32F407VG", "--capture", redacted, "--capture-redact"]).Exits(0);
        var replayed = _nrst.Run([.. info, $"replay:{redacted}"]).Exits(0).Result;

        Assert.True(Holds(plain, serial)); // or the search finds nothing anywhere
        Assert.False(Holds(redacted, serial));
        Assert.Equal(new string('0', serial.Length), (string)replayed["probe"]!["serial"]!);
        Assert.Equal("STM32F405/407/415/417", (string)replayed["chip"]!["name"]!);

        static bool Holds(string file, string serial)
        {
            var bytes = File.ReadAllBytes(file).AsSpan();
            return bytes.IndexOf(Encoding.ASCII.GetBytes(serial)) >= 0
                || bytes.IndexOf(Encoding.Unicode.GetBytes(serial)) >= 0
                || bytes.IndexOf(Convert.FromHexString(serial)) >= 0;
        }
    }

    [Fact]
    public void Redacting_masks_the_serial_number_in_what_went_wrong_as_well()
    {
        var file = Path.Combine(_nrst.Folder, "gone.pcapng");
        using (var capture = UsbCapture.Create(file, "nrst spec", redact: true))
        {
            var device = new CapturedDevice(0x0483, 0x374B, "ST-LINK/V2-1", "0669FF515049657187172534", new(0, 1, 0x81), 64) { Place = "0669FF515049657187172534" };
            var (pipe, _) = capture.Tap(new Gone(), new SystemClock(), device);
            Assert.Throws<ProbeException>(() => pipe.Send([1]));
        }

        Assert.DoesNotContain("0669FF515049657187172534", Encoding.UTF8.GetString(File.ReadAllBytes(file)), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Ctrl_c_leaves_a_complete_capture()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent the Unix way.");
        var file = Path.Combine(_nrst.Folder, "stopped.pcapng");
        string[] arguments =
        [
            "flash", _nrst.File("big.bin", FlashingBench.Bytes(1024 * 1024)) + "@0x08000000", "--no-loader", "--probe", "virtual:STM32F407VG",
            "--capture", file,
        ];
        using var process = _nrst.Start(arguments);
        string? talk;
        do
        {
            talk = process.StandardError.ReadLine();
        }
        while (talk?.StartsWith("compare", StringComparison.Ordinal) == false); // after it the long part begins

        Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        CommandLine.Finish(process, arguments).Exits(9);

        var packets = PcapNgReader.Read(File.ReadAllBytes(file)).Select(packet => UsbRecord.Decode(packet.Bytes, packet.At)!.Value).ToList();
        Assert.Equal(packets.Where(packet => packet.IsSubmission).Select(packet => packet.Id), packets.Where(packet => !packet.IsSubmission).Select(packet => packet.Id));
        Assert.True(packets[^2].Data.Span is [0xF2, 0x21, ..], "the last command is not the goodbye"); // exit debug
    }

    [Fact]
    public void A_file_that_cannot_be_written_is_an_error_before_anything_is_touched()
    {
        var talk = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "--capture", Path.Combine(_nrst.Folder, "nowhere", "x")).Exits(3).Talk;

        Assert.Contains("NRST4101", talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_nrst.Bench), "no board should have been made");
    }

    [Fact]
    public void What_is_no_capture_is_not_overwritten_and_an_older_capture_is()
    {
        var firmware = _nrst.File("app.bin", [1, 2, 3, 4, 5, 6, 7, 8]);
        var older = _nrst.File("older.pcapng", [0x0A, 0x0D, 0x0D, 0x0A, .. new byte[100_000]]);

        var talk = _nrst.Run("flash", $"{firmware}@0x08000000", "--probe", "virtual:STM32F407VG", "--capture", firmware).Exits(3).Talk;
        _nrst.Run("info", "--probe", "virtual:STM32F407VG", "--capture", older).Exits(0);

        Assert.Contains("NRST4102", talk, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], File.ReadAllBytes(firmware));
        Assert.InRange(new FileInfo(older).Length, 1, 90_000);
        _nrst.Run("info", "--probe", $"replay:{older}").Exits(0);
    }

    [Fact]
    public void What_cannot_be_captured_is_said_before_anything_is_touched()
    {
        var file = Path.Combine(_nrst.Folder, "x.pcapng");
        Assert.Contains("NRST0190", _nrst.Run("info", "--probe", "tcp:127.0.0.1:9", "--capture", file).Exits(2).Talk, StringComparison.Ordinal);
        Assert.Contains("NRST0191", _nrst.Run("info", "--probe", "virtual:STM32F407VG", "--capture-redact").Exits(2).Talk, StringComparison.Ordinal);
        Assert.Contains("NRST0192", _nrst.Run("info", "--probe", $"replay:{file}", "--capture", file).Exits(2).Talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_nrst.Bench), "no board should have been made");
    }

    [Fact]
    public void A_full_disk_is_an_error_before_anything_is_touched()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");

        Assert.Equal("NRST4101", Assert.Throws<ImageException>(() => UsbCapture.Create("/dev/full", "nrst spec")).Code);
    }

    [Fact]
    public void A_disk_that_fills_up_later_ends_the_capture_and_not_the_command()
    {
        using var board = Board("v2-1");
        var id = board.Identity;
        var broken = new List<IOException>();
        var capture = new UsbCapture(new SmallDisk(), "nrst spec", redact: false) { Broken = broken.Add };
        using var target = Target.Connect(
            StLinkOnUsb.Open(board.Pipe, board.Clock, StLinkOnUsb.Describe(id.VendorId, id.ProductId, id.Serial, ""), capture), new ConnectOptions());

        new Programmer(target).Flash(FlashingBench.Image((0x0800_0000, [1, 2, 3, 4])), new FlashOptions(), ResetAfter.Run, TestContext.Current.CancellationToken);

        Assert.Equal("The disk is full.", Assert.Single(broken).Message);
    }

    private static string Expected(string frame, int index, Seen seen, int outEndpoint, bool submission)
    {
        var at = submission ? seen.Began : seen.Ended;
        var data = submission != seen.IsIn ? Convert.ToHexStringLower(seen.Data) : ""; // out with the one, in with the other
        var transferred = submission ? seen.Asked : seen.Data.Length;
        return string.Create(CultureInfo.InvariantCulture, $"{frame} {at / 1_000_000_000}.{at % 1_000_000_000:000000000} ")
            + string.Create(CultureInfo.InvariantCulture, $"0x{index + DescriptorTransfers + 1:x16} {(submission ? "'S'" : "'C'")} 0x03 ")
            + $"0x{(seen.IsIn ? 0x81 : outEndpoint):x2} 1 1 '-' {(data.Length > 0 ? "'\\0'" : seen.IsIn ? "'<'" : "'>'")} "
            + string.Create(CultureInfo.InvariantCulture, $"{(submission ? -115 : 0)} {transferred} {data.Length / 2} {data} ")
            + string.Create(CultureInfo.InvariantCulture, $"{at / 1_000_000_000} {at % 1_000_000_000 / 1000}");
    }

    private VirtualBoard Board(string kind)
    {
        var store = new BoardStore(_nrst.Bench);
        store.New("desk", "STM32F407VG", kind);
        return store.Open("desk");
    }

    private (List<Seen> Seen, ProbeIdentity Identity) Flash(string kind, string file, byte[] data)
    {
        using var board = Board(kind);
        var witness = new Witness(board.Pipe, board.Clock);
        var id = board.Identity;
        var probe = StLinkOnUsb.Open(
            witness, board.Clock, StLinkOnUsb.Describe(id.VendorId, id.ProductId, id.Serial, "virtual:desk"), UsbCapture.Create(file, "nrst spec"));
        using (var target = Target.Connect(probe, new ConnectOptions()))
        {
            new Programmer(target).Flash(FlashingBench.Image((0x0800_0000, data)), new FlashOptions(), ResetAfter.Run, TestContext.Current.CancellationToken);
        }

        return (witness.Transfers, probe.Identity);
    }

    private sealed class Gone : IBulkPipe
    {
        public void Send(ReadOnlySpan<byte> packet) => throw new ProbeException("NRST1182", "The probe 0669ff515049657187172534 was unplugged.") { LostSync = true };

        public int Receive(Span<byte> into) => 0;

        public void Dispose()
        {
        }
    }

    private sealed class SmallDisk : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) // spans come here as well
        {
            if (Length + count > 4000)
            {
                throw new IOException("The disk is full.");
            }

            base.Write(buffer, offset, count);
        }
    }
}
