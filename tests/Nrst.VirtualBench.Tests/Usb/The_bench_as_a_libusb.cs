using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Probes;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Tests.Usb;

/// <summary>The server behind perf/peers, at the level of its socket. Errors are those of libusb, by its numbers.</summary>
public sealed class The_bench_as_a_libusb : IAsyncDisposable
{
    private const int NoDevice = -4, Busy = -6, TimedOut = -7, Overflow = -8, Pipe = -9, Other = -99;

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-libusb-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<VirtualBoard> _boards = [];
    private readonly List<BenchUsbClient> _clients = [];
    private BenchUsbServer? _server;
    private Task _serving = Task.CompletedTask;

    private string Socket => Path.Combine(_folder, "bench.usb");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _clients.ForEach(client => client.Dispose());
        _server?.Dispose();
        _boards.ForEach(board => board.Dispose());
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Every_probe_of_the_shelf_is_listed_with_its_descriptors()
    {
        var (result, list) = Serve("v2", "v3").Ask(2);

        Assert.Equal(4, result); // two probes, and two connectors of chips with nothing in them
        const int entry = 8 + 18 + 1024;
        Assert.Equal(4 * entry, list.Length);
        Assert.Equal([0, 1, 2, 1, 2, 1], list[..6]); // full speed, plugged in
        Assert.Equal([1, 1, 3, 2, 3, 1], list[entry..(entry + 6)]); // high speed
        Assert.Equal([18, 1, 0, 2], list[8..12]);
        Assert.Equal([0x83, 0x04, 0x48, 0x37], list[16..20]);
        Assert.Equal([0x83, 0x04, 0x4E, 0x37], list[(entry + 16)..(entry + 20)]);
        Assert.Equal([9, 2, list[6], list[7]], list[26..30]); // wTotalLength is the length that is told
        Assert.Equal(0, list[(2 * entry) + 5]);
    }

    [Fact]
    public void A_probe_has_one_program_at_a_time()
    {
        var first = Serve("v2-1", "v2-1");
        var second = Connect();

        Assert.Equal(0, first.Open(0));
        Assert.Equal(Busy, first.Open(0));
        Assert.Equal(Busy, second.Open(0));
        Assert.Equal(0, second.Open(1));
        Assert.Equal(0, first.Ask(4, 0).Result);
        Assert.Equal(0, second.Open(0));
    }

    [Fact]
    public void A_program_that_ends_without_a_word_leaves_its_probe_to_the_next()
    {
        var first = Serve("v2-1");
        Assert.Equal(0, first.Open(0));
        first.Dispose();

        var second = Connect();

        Assert.True(SpinWait.SpinUntil(() => second.Open(0) == 0, TimeSpan.FromSeconds(30)));
    }

    /// <summary>Command 20 µs, and with its answer 200 µs: the probe's exchange. A sleep is that long, on the board as well.</summary>
    [Fact]
    public void Exchanges_and_sleeps_take_their_time_and_nothing_else_does()
    {
        var client = Serve("v2-1");
        client.Use(0);
        var (start, board) = (client.Now, _boards[0].VirtualClock.Nanoseconds);

        Assert.Equal(16, client.Out(0, Command(0xF5)));
        Assert.Equal(start + 20_000, client.Now);
        var (result, answer) = client.In(0, 64);
        Assert.Equal(2, result);
        Assert.Equal(2, answer.Length);
        Assert.Equal(start + 200_000, client.Now);
        client.Sleep(1_234_567);
        Assert.Equal(start + 1_434_567, client.Now);
        Assert.Equal(board + 1_434_567, _boards[0].VirtualClock.Nanoseconds);
        Assert.Equal(1_234_567, _boards[0].VirtualClock.Spent(TimeKind.Host));
    }

    /// <summary>Data behind a command costs 50 µs where the host comes back for it, and 20 µs where it was ready.</summary>
    [Theory]
    [InlineData(false, 50_000)]
    [InlineData(true, 20_000)]
    public void Data_that_was_ready_behind_its_command_saves_the_host_a_turn(bool queued, long nanoseconds)
    {
        var client = Serve("v2-1");
        client.Use(0);
        client.Out(0, Command(0xF2, 0x30, 0xA3));
        client.In(0, 2);
        var (usb, now) = (_boards[0].VirtualClock.Spent(TimeKind.Usb), client.Now);

        Assert.Equal(16, client.Out(0, ProbeBench.Block(0x08, FakeChip.RamAt, 64)));
        Assert.Equal(64, client.Out(0, new byte[64], queued));

        Assert.Equal(nanoseconds, _boards[0].VirtualClock.Spent(TimeKind.Usb) - usb);
        Assert.True(client.Now - now > nanoseconds); // the wire comes on top
    }

    [Fact]
    public void A_board_that_comes_later_lives_in_the_programs_time_from_then_on()
    {
        var client = Serve("v2-1", "v3");
        client.Use(0);
        client.Sleep(5_000_000_000);
        var before = _boards[1].VirtualClock.Nanoseconds;
        client.Use(1);
        var opened = _boards[1].VirtualClock.Nanoseconds;

        client.Sleep(1_000_000);

        Assert.InRange(opened - before, 0, 1_000_000);
        Assert.Equal(opened + 1_000_000, _boards[1].VirtualClock.Nanoseconds);
        Assert.True(_boards[0].VirtualClock.Nanoseconds > 5_001_000_000 - 1);
    }

    [Fact]
    public void A_probe_with_nothing_to_say_uses_up_the_hosts_patience()
    {
        var client = Serve("v2-1");
        client.Use(0);
        var start = client.Now;

        Assert.Equal((TimedOut, 0), (client.In(0, 64, milliseconds: 250).Result, client.In(0, 64, milliseconds: 250).Data.Length));

        Assert.Equal(start + 500_000_000, client.Now);
    }

    [Fact]
    public void What_cannot_be_is_refused_by_the_numbers_of_libusb()
    {
        var client = Serve("v2-1");

        Assert.Equal(NoDevice, client.Out(0, Command(0xF5))); // not opened
        client.Use(0);
        Assert.Equal(NoDevice, client.Open(1)); // no chip's own connector on this board
        Assert.Equal(NoDevice, client.Open(7));
        Assert.Equal(Pipe, client.Ask(6, 0, endpoint: 0x0B, argument: 100, send: [1]).Result);
        Assert.Equal(Pipe, client.Ask(7, 0, endpoint: 0x8B, argument: 100, room: 64).Result);
        Assert.Equal(Pipe, client.Ask(5, 0, flag: 1, argument: 100, setup: [0x80, 6, 0, 0x77, 0, 0, 18, 0], room: 18).Result); // no such descriptor
        Assert.Equal(Other, client.Ask(99).Result);
        client.Out(0, Command(0xF1));
        Assert.Equal(Overflow, client.In(0, 3).Result); // six bytes, and room for three
        var (result, descriptor) = client.Ask(5, 0, flag: 1, argument: 100, setup: [0x80, 6, 0, 1, 0, 0, 18, 0], room: 18);
        Assert.Equal((18, 18), (result, descriptor.Length));
    }

    [Fact]
    public void A_cable_that_comes_loose_takes_the_device_away()
    {
        var store = new BoardStore(_folder, (_, _, board) => new FakeChip { SupplyVolts = board.Volts });
        store.New("loose", "STM32F407VG", "v2-1", ["usb-unplug-after:4"]);
        _boards.Add(store.Open("loose"));
        var client = Start();
        client.Use(0);

        var results = Enumerable.Range(0, 4).Select(_ => (client.Out(0, Command(0xF5)), client.In(0, 64).Result)).ToList();

        Assert.Equal([(16, 2), (16, 2), (NoDevice, NoDevice), (NoDevice, NoDevice)], results);
    }

    [Fact]
    public void Whoever_is_out_of_step_is_let_go()
    {
        var client = Serve("v2-1");
        using var wild = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        wild.ReceiveTimeout = 30_000;
        wild.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(Socket));
        wild.Send(Enumerable.Repeat((byte)0xEE, 24).ToArray());

        Assert.Equal(0, wild.Receive(new byte[1]));
        Assert.Equal(0, client.Open(0));
    }

    [Fact]
    public void A_path_that_is_taken_is_said_so_and_left_alone()
    {
        Serve("v2");
        var other = Path.Combine(_folder, "other");
        File.WriteAllText(other, "kept");

        Assert.Equal("NRST1185", Assert.Throws<ProbeException>(() => new BenchUsbServer(new BoardShelf(_boards), Socket)).Code);
        Assert.Equal("NRST1185", Assert.Throws<ProbeException>(() => new BenchUsbServer(new BoardShelf(_boards), other)).Code);
        Assert.Equal("NRST1185", Assert.Throws<ProbeException>(() => new BenchUsbServer(new BoardShelf(_boards), Path.Combine(_folder, new string('x', 200)))).Code);
        Assert.Equal("kept", File.ReadAllText(other));
        Assert.Equal(0, Connect().Open(0));
    }

    [Fact]
    public async Task The_socket_is_gone_when_the_server_is()
    {
        Serve("v2");
        Assert.True(File.Exists(Socket));

        await _stop.CancelAsync();
        await _serving;
        _server!.Dispose();

        Assert.False(File.Exists(Socket));
    }

    private static byte[] Command(params byte[] bytes)
    {
        var command = new byte[16];
        bytes.CopyTo(command, 0);
        return command;
    }

    private BenchUsbClient Serve(params string[] kinds)
    {
        var store = new BoardStore(_folder, (_, _, board) => new FakeChip { SupplyVolts = board.Volts });
        foreach (var kind in kinds)
        {
            store.New($"board{_boards.Count}", "STM32F407VG", kind);
            _boards.Add(store.Open($"board{_boards.Count}"));
        }

        return Start();
    }

    private BenchUsbClient Start()
    {
        _server = new BenchUsbServer(new BoardShelf(_boards), Socket);
        _serving = _server.RunAsync(_stop.Token);
        return Connect();
    }

    private BenchUsbClient Connect()
    {
        var client = new BenchUsbClient(Socket);
        _clients.Add(client);
        return client;
    }
}
