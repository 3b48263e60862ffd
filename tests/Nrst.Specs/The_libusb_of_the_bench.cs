using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Perf;
using Nrst.Probes.StLink;
using Nrst.VirtualBench;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>Unmodified programs have the bench for a libusb, and its clock for theirs; nrst may too, and then nothing changes.</summary>
public sealed class The_libusb_of_the_bench : IDisposable
{
    private static readonly string s_perf = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Nrst.Perf", new DirectoryInfo(AppContext.BaseDirectory).Name, "Nrst.Perf.dll"));

    private static readonly string[] s_openOcd =
        ["-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled", "-f", "interface/stlink-dap.cfg", "-c", "transport select dapdirect_swd", "-f", "target/stm32f4x.cfg"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// The same job through the bench's own process, as <c>--probe virtual:</c> goes, and as a program of its own that calls libusb: the same
    /// transfers, byte for byte, and each ends at the same nanosecond. So what is measured the first way is what the others are measured by.
    /// </summary>
    [Theory]
    [InlineData("STM32F407VG", "v2", 4_000, 70_468)]
    [InlineData("STM32G071RB", "v3", 24_000, 20_001)]
    [InlineData("STM32H743ZI", "v2-1", 4_000, 66_744)]
    public async Task Nrst_does_the_same_in_the_same_time_with_it_and_without(string part, string kind, int kilohertz, int length)
    {
        Peers.Require("dotnet");
        var image = FlashingBench.Bytes(length, 5);
        var near = _folder.File("near.txt");
        string start;
        using (var board = Old("near", part, kind))
        using (var lines = new StreamWriter(near))
        {
            var clock = board.VirtualClock;
            start = ((ChipOnBoard)board.Chip).Silicon.Part.Layouts[0].Range.Start.Value.ToString("x8", CultureInfo.InvariantCulture);
            var id = board.Identity;
            var pipe = new Transcript(board.Pipe, lines, () => clock.Nanoseconds);
            Alone.Flash(StLinkProbe.Open(pipe, clock, id.VendorId, id.ProductId, id.Serial), image, new Address(Convert.ToUInt32(start, 16)), kilohertz);
            Assert.True(((ChipOnBoard)board.Chip).Silicon.Flash.StartsWith(image));
        }

        var far = _folder.File("far.txt");
        using (var board = Old("far", part, kind))
        {
            var (exit, talk) = await Peers.WithSocket([board], path => Peers.Unhelped(
                path, "dotnet", s_perf, Alone.Verb, Peers.Library, _folder.File("image.bin", image), start, kilohertz.ToString(CultureInfo.InvariantCulture), far));
            Assert.True(exit == 0, talk);
            Assert.True(((ChipOnBoard)board.Chip).Silicon.Flash.StartsWith(image));
        }

        var (one, other) = (SinceTheFirst(near), SinceTheFirst(far));
        Assert.InRange(one.Count, 60, 5_000);
        Assert.Equal(one, other);
    }

    /// <summary>nrst's own program as well, whose sleeps are real ones: there the chip grows older by them, and what comes out is the same.</summary>
    [Fact]
    public async Task The_nrst_that_users_have_takes_it_for_a_libusb()
    {
        Peers.Require("dotnet");
        using var board = Old("board", "STM32F407VG", "v3");
        var image = FlashingBench.Bytes(5_001, 5);

        var (exit, talk) = await Peers.WithSocket([board], path => Peers.Unhelped(
            path, "dotnet", CommandLine.Program, "flash", $"{_folder.File("image.bin", image)}@0x08000000", "--json"));

        Assert.True(exit == 0, talk);
        Assert.Contains("\"kind\": \"hash\"", talk, StringComparison.Ordinal);
        Assert.True(((ChipOnBoard)board.Chip).Silicon.Flash.StartsWith(image));
    }

    [Theory]
    [InlineData("openocd")]
    [InlineData("st-flash")]
    [InlineData("dfu-util")]
    public void It_has_all_that_the_program_wants_of_a_libusb(string program)
    {
        Peers.Require(program);
        Peers.Require("nm");
        var file = Tool("sh", "-c", $"readlink -f \"$(command -v {program})\"").Trim();
        string[] files = [file, .. Tool("ldd", file).Split('\n').Where(line => line.Contains("libstlink", StringComparison.Ordinal)).Select(line => line.Split("=>")[1].Trim().Split(' ')[0])];
        var wanted = files.SelectMany(one => Symbols(one, "--undefined-only")).Where(name => name.StartsWith("libusb_", StringComparison.Ordinal)).ToHashSet();
        var offered = Symbols(Peers.Library, "--defined-only").ToHashSet();

        Assert.InRange(wanted.Count, 15, 60);
        Assert.Empty(wanted.Except(offered));

        // And no other way to the time than those it stands in for.
        string[] watched = ["gettimeofday", "time", "usleep", "sleep", "nanosleep", "select", "clock_gettime", "poll", "clock_nanosleep", "pselect", "ppoll", "epoll_wait"];
        Assert.Empty(files.SelectMany(one => Symbols(one, "--undefined-only")).Intersect(watched).Except(offered));
    }

    /// <summary>stm32flash reaches its port, and the time, by no other functions than those that the serial ports of the bench stand in for.</summary>
    [Fact]
    public void The_serial_ports_have_all_that_stm32flash_wants_of_one()
    {
        Peers.Require("stm32flash");
        Peers.Require("nm");
        var wanted = Symbols(Tool("sh", "-c", "command -v stm32flash").Trim(), "--undefined-only").ToHashSet();
        string[] watched =
        [
            "open", "open64", "close", "read", "write", "readv", "writev", "poll", "ppoll", "select", "pselect", "ioctl", "isatty", "tcgetattr", "tcsetattr", "tcflush",
            "tcdrain", "tcsendbreak", "time", "gettimeofday", "clock_gettime", "usleep", "sleep", "nanosleep", "clock_nanosleep",
        ];
        var needed = wanted.Intersect(watched).ToList();
        Assert.InRange(needed.Count, 8, watched.Length);
        Assert.Empty(needed.Except(Symbols(Peers.SerialLibrary, "--defined-only")));
    }

    [Fact]
    public async Task St_info_finds_every_probe_of_the_shelf()
    {
        Peers.Require("st-info");
        using var first = Old("first", "STM32F407VG", "v2-1");
        using var second = Old("second", "STM32G071RB", "v3");

        var (exit, talk) = await Peers.WithSocket([first, second], path => Peers.Run(path, "st-info", "--probe"));

        Assert.True(exit == 0, talk);
        Assert.Contains("Found 2 stlink programmers", talk, StringComparison.Ordinal);
        Assert.Contains($"serial:     {first.Identity.Serial}", talk, StringComparison.Ordinal);
        Assert.Contains($"serial:     {second.Identity.Serial}", talk, StringComparison.Ordinal);
        Assert.Contains("chipid:     0x413", talk.Replace("0x0413", "0x413", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("chipid:     0x460", talk.Replace("0x0460", "0x460", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_run_takes_the_same_time_again()
    {
        Peers.Require("st-flash");
        var image = _folder.File("image.bin", FlashingBench.Bytes(9_001, 7));
        var times = new List<(long, long, long)>();
        foreach (var name in (string[])["once", "twice"])
        {
            using var board = Old(name, "STM32F407VG", "v2");
            var (exit, talk) = await Peers.On(board, "st-flash", "write", image, "0x8000000");
            Assert.True(exit == 0, talk);
            times.Add((board.VirtualClock.Nanoseconds, board.VirtualClock.Spent(TimeKind.Host), board.Device.Exchanges));
        }

        Assert.Equal(times[0], times[1]);
        Assert.True(times[0].Item2 > 10_000_000, "st-flash sleeps ten milliseconds for each run of its loader.");
    }

    /// <summary>Also one that only looks at the clock until it is late enough.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("busy")]
    public async Task A_sleep_of_OpenOCD_is_that_long_on_the_bench(string how)
    {
        Peers.Require("openocd");
        var times = new List<long>();
        foreach (var milliseconds in (int[])[100, 1_334])
        {
            using var board = Old($"board{milliseconds}", "STM32F407VG", "v2-1");
            var (exit, talk) = await Peers.On(board, "openocd", [.. s_openOcd, "-c", $"init; poll off; sleep {milliseconds} {how}; shutdown"]);
            Assert.True(exit == 0, talk);
            times.Add(board.VirtualClock.Nanoseconds);
        }

        Assert.Equal(1_234_000_000, times[1] - times[0]);
    }

    /// <summary>OpenOCD hands a command and its data to the bus at once: 20 µs for both, and an exchange of 200 µs for each answer.</summary>
    [Fact]
    public async Task What_OpenOCD_queues_costs_what_queued_transfers_cost()
    {
        Peers.Require("openocd");
        var usb = new List<(long Time, long Exchanges)>();
        foreach (var blocks in (int[])[1, 11])
        {
            using var board = Old($"board{blocks}", "STM32F407VG", "v2-1");
            var file = _folder.File("ram.bin", FlashingBench.Bytes(blocks * 4_096, 9));
            var (exit, talk) = await Peers.On(board, "openocd", [.. s_openOcd, "-c", $"init; halt; load_image {file} 0x20000000 bin; shutdown"]);
            Assert.True(exit == 0, talk);
            usb.Add((board.VirtualClock.Spent(TimeKind.Usb), board.Device.Exchanges));
        }

        // Every exchange more is a question with its answer, or a write of some 5 KiB, which saves 180 µs each.
        var (exchanges, time) = (usb[1].Exchanges - usb[0].Exchanges, usb[1].Time - usb[0].Time);
        var (writes, rest) = Math.DivRem((exchanges * 200_000) - time, 180_000);
        Assert.InRange(writes, 40_960 / 6_144, 40_960 / 4_096);
        Assert.Equal(0, rest);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bench_serve_offers_it_to_everybody(bool realtime)
    {
        Peers.Require("st-flash");
        using var nrst = new CommandLine();
        var socket = Path.Combine(nrst.Folder, "bench.usb");
        nrst.Run("bench", "new", "board", "--chip", "STM32F407VG").Exits(0);
        using var server = nrst.Start(["bench", "serve", "board", "--libusb", socket, .. realtime ? (string[])["--realtime"] : []]);
        try
        {
            var ready = JsonNode.Parse((await server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)))!)!;
            Assert.Equal((socket, "board"), ((string)ready["libusb"]!, (string)ready["board"]!));
            var image = FlashingBench.Bytes(3_001, 11);

            var (exit, talk) = await Peers.Run(socket, "st-flash", "write", nrst.File("image.bin", image), "0x8000000");

            Assert.True(exit == 0 && talk.Contains("jolly good", StringComparison.Ordinal), talk);
            using (var interrupt = Process.Start("kill", ["-INT", $"{server.Id}"]))
            {
                await interrupt.WaitForExitAsync();
            }

            CommandLine.Finish(server).Exits(0);
            Assert.False(File.Exists(socket));
            nrst.Run("verify", $"{nrst.File("image.bin", image)}@0x08000000", "--probe", "virtual:board").Exits(0);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    [Fact]
    public void Help_tells_of_it() =>
        Assert.Contains("--libusb", new CommandLine().Run("bench", "serve", "--help").Exits(0).Output, StringComparison.Ordinal);

    /// <summary>A board of a bench of its own, always of the same name, full of old contents.</summary>
    private VirtualBoard Old(string folder, string part, string kind)
    {
        var store = new BoardStore(_folder.File(folder));
        store.New(folder is "near" or "far" ? "board" : folder, part, kind);
        var board = store.Open(folder is "near" or "far" ? "board" : folder);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        FlashingBench.Bytes(chip.Flash.Length, 3).CopyTo(chip.Flash);
        return board;
    }

    /// <summary>Every transfer with its time, counted from the end of the first.</summary>
    private static List<string> SinceTheFirst(string transcript)
    {
        var lines = File.ReadAllLines(transcript).Select(line => line.Split(' ', 2)).ToList();
        var first = long.Parse(lines[0][0], CultureInfo.InvariantCulture);
        return [.. lines.Select(line => $"{long.Parse(line[0], CultureInfo.InvariantCulture) - first} {line[1]}")];
    }

    private static IEnumerable<string> Symbols(string file, string which) => Tool("nm", "-D", which, file).Split('\n')
        .Where(line => line.Length > 0).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1].Split('@')[0]);

    private static string Tool(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
