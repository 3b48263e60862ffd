using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Perf;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>The loaders in the ROMs as the nrst that users have reaches them: its own libusb calls, its own serial port.</summary>
public sealed class The_program_in_front_of_a_loader : IDisposable
{
    private const uint Start = 0x0800_0000;

    private static readonly string s_perf = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Nrst.Perf", new DirectoryInfo(AppContext.BaseDirectory).Name, "Nrst.Perf.dll"));

    private readonly CommandLine _nrst = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _nrst.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// The same job through the bench's own process and as a program of its own that calls libusb: the same control transfers, byte for byte, and each
    /// ends at the same nanosecond.
    /// </summary>
    [Theory]
    [InlineData("STM32F407VG", 20_001)]
    [InlineData("STM32G474RE", 9_007)]
    [InlineData("STM32L073RZ", 3_001)]
    public async Task Over_libusb_it_does_the_same_in_the_same_time_as_on_the_bench(string part, int length)
    {
        Peers.Require("dotnet");
        byte[] image;
        var near = _folder.File("near.txt");
        using (var board = Boards.InItsBootloader(_folder.File("near"), part))
        using (var lines = new StreamWriter(near))
        {
            image = Boards.LoopingProgram(((ChipOnBoard)board.Chip).Silicon, length);
            var clock = board.VirtualClock;
            AloneInTheLoader.Flash(new ControlTranscript(board.OpenDfu(TimeSpan.FromSeconds(3))!, lines, () => clock.Nanoseconds), clock, image, new Address(Start));
            Assert.True(((ChipOnBoard)board.Chip).Silicon.Flash.StartsWith(image));
        }

        var far = _folder.File("far.txt");
        using (var board = Boards.InItsBootloader(_folder.File("far"), part))
        {
            var (exit, talk) = await Peers.WithSocket([board], path => Peers.Unhelped(
                path, "dotnet", s_perf, AloneInTheLoader.Verb, Peers.Library, _folder.File("image.bin", image), Start.ToString("x8", CultureInfo.InvariantCulture), far));
            Assert.True(exit == 0, talk);
            Assert.True(((ChipOnBoard)board.Chip).Silicon.Flash.StartsWith(image));
        }

        var (one, other) = (SinceTheFirst(near), SinceTheFirst(far));
        Assert.InRange(one.Count, 60, 5_000);
        Assert.Equal(one, other);
    }

    /// <summary>Its sleeps are real ones, and the chip grows older by them.</summary>
    [Fact]
    public async Task Over_libusb_dfu_util_reads_what_it_wrote_and_it_verifies_what_dfu_util_wrote()
    {
        Peers.Require("dfu-util");
        var (first, second) = (Program(), FlashingBench.Bytes(5_003, 9));
        var socket = _folder.File("bench.usb");
        using var served = Serve("STM32F072RB", "--libusb", socket);
        (_nrst.Environment["NRST_BENCH_USB"], _nrst.Environment["NRST_LIBUSB"]) = (socket, Peers.Library);

        var listed = _nrst.Run("list", "--json").Exits(0).Result["probes"]!.AsArray();
        Assert.Equal("dfu:usb:1-2", (string?)Assert.Single(listed, probe => (string?)probe!["kind"] == "USB DFU loader")!["selector"]);

        _nrst.Run("flash", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", "dfu", "--reset", "none").Exits(0);
        var (exit, talk) = await Peers.Run(socket, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}:{first.Length}", "-U", _folder.File("back.bin"));
        Assert.True(exit == 0, talk);
        Assert.Equal(first, await File.ReadAllBytesAsync(_folder.File("back.bin")));

        (exit, talk) = await Peers.Run(socket, "dfu-util", "-a", "0", "-s", $"0x{Start:x8}", "-D", _folder.File("second.bin", second));
        Assert.True(exit == 0, talk);
        _nrst.Run("verify", $"{_folder.File("second.bin")}@0x08000000", "--probe", "dfu:usb:1-2").Exits(0);
        _nrst.Run("verify", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", "dfu").Exits(8);

        var left = _nrst.Run("flash", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", "dfu", "--json").Exits(0).Result;
        Assert.Equal("started", (string?)left["firmware"]!["state"]);
        Assert.DoesNotContain(_nrst.Run("list", "--json").Exits(0).Result["probes"]!.AsArray(), probe => (string?)probe!["kind"] == "USB DFU loader");
    }

    [Fact]
    public async Task Over_a_serial_port_stm32flash_reads_what_it_wrote_and_it_verifies_what_stm32flash_wrote()
    {
        Peers.RequireProgram("stm32flash");
        var (first, second) = (Program(), FlashingBench.Bytes(1_292, 9));
        var port = _folder.File("bench.tty");
        using var served = Serve("STM32F072RB", "--uart", port);

        _nrst.Run("flash", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", $"serial:{port}", "--reset", "none").Exits(0);
        await Stm32flash(port, "-r", _folder.File("back.bin"), "-S", $"0x{Start:x8}:{first.Length}");
        Assert.Equal(first, await File.ReadAllBytesAsync(_folder.File("back.bin")));

        await Stm32flash(port, "-w", _folder.File("second.bin", second), "-v", "-S", $"0x{Start:x8}");
        _nrst.Run("verify", $"{_folder.File("second.bin")}@0x08000000", "--probe", $"serial:{port}").Exits(0);
        _nrst.Run("verify", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", $"serial:{port}").Exits(8);
        var otherSpeed = _nrst.Run("info", "--probe", $"serial:{port}:57600", "--json").Exits(5).Document["error"]!;
        Assert.Equal("NRST3512", (string?)otherSpeed["code"]);

        var left = _nrst.Run("flash", $"{_nrst.File("first.bin", first)}@0x08000000", "--probe", $"serial:{port}", "--json").Exits(0).Result;
        Assert.Equal("started", (string?)left["firmware"]!["state"]);
        Assert.Equal(5, _nrst.Run("info", "--probe", $"serial:{port}").ExitCode);
    }

    /// <summary>A stack, a vector, a branch to itself, and something to see wrong bytes by.</summary>
    private static byte[] Program() => [0x00, 0x08, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xFE, 0xE7, .. FlashingBench.Bytes(1_286, 4)];

    /// <summary>
    /// A pseudo-terminal keeps no parity. And it waits half a second of the wall clock, for which a busy machine may be too late; then nrst, which knows how,
    /// gets the loader back into step.
    /// </summary>
    private async Task Stm32flash(string port, params string[] arguments)
    {
        const int Tries = 4;
        for (var attempt = 1; ; attempt++)
        {
            var (exit, talk) = await Peers.Finish(Process.Start(new ProcessStartInfo("stm32flash", ["-b", "115200", "-m", "8n1", .. arguments, port])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!);
            if (exit == 0)
            {
                return;
            }

            Assert.True(attempt < Tries && talk.Contains("Failed to read ACK byte", StringComparison.Ordinal), talk);
            _nrst.Run("info", "--probe", $"serial:{port}").Exits(0);
        }
    }

    /// <summary>The board is in its loader, and served by a nrst of its own until this is disposed of.</summary>
    private Served Serve(string part, params string[] how)
    {
        _nrst.Run("bench", "new", "board", "--chip", part).Exits(0);
        _nrst.Run("bench", "set", "board", "boot0=1").Exits(0);
        return new Served(_nrst.Start(["bench", "serve", "board", .. how]));
    }

    private static List<string> SinceTheFirst(string transcript)
    {
        var lines = File.ReadAllLines(transcript).Select(line => line.Split(' ', 2)).ToList();
        var first = long.Parse(lines[0][0], CultureInfo.InvariantCulture);
        return [.. lines.Select(line => $"{long.Parse(line[0], CultureInfo.InvariantCulture) - first} {line[1]}")];
    }

    private sealed class Served : IDisposable
    {
        private readonly Process _server;

        public Served(Process server)
        {
            _server = server;
            var ready = server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)).GetAwaiter().GetResult();
            Assert.Equal("board", (string?)JsonNode.Parse(ready!)!["board"]);
        }

        public void Dispose()
        {
            _server.Kill();
            _server.WaitForExit();
            _server.Dispose();
        }
    }
}
