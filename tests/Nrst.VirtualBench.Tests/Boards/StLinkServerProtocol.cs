using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Probes;

namespace Nrst.VirtualBench.Tests.Boards;

public sealed class StLinkServerProtocol : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-server-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<VirtualBoard> _boards = [];
    private readonly List<IDisposable> _others = [];
    private readonly FakeWall _wall = new();
    private Task _serving = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _others.ForEach(other => other.Dispose());
        _boards.ForEach(board => board.Dispose());
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_client_finds_every_board_and_learns_who_is_taken()
    {
        var client = Serve("v2", "v3");

        Assert.Equal([3u, 1, 0, 0], Words(client.Ask(16, 6, 1, 0, 0)));
        Assert.Equal([1u], Words(client.Ask(4, 0, 0)));
        Assert.Equal([2u], Words(client.Ask(4, 1)));
        var info = client.Ask(45, 2, 1, 0, 0, 41, 0, 0, 0);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(info));
        Assert.Equal(_boards[1].Identity.Serial, Encoding.ASCII.GetString(info, 8, 32).TrimEnd('\0'));
        Assert.Equal([0x83, 0x04, 0x4E, 0x37, 0], info[40..]);

        client.Open(1);
        Assert.Equal(1, Connect().Ask(45, 2, 1, 0, 0, 41, 0, 0, 0)[44]);
        Assert.Equal(0, Connect().Ask(45, 2, 0, 0, 0, 41, 0, 0, 0)[44]);
    }

    [Fact]
    public void A_board_has_one_client_at_a_time()
    {
        var first = Serve("v2-1");
        var connection = first.Open(0);
        var second = Connect();

        Assert.Equal([0x2004u, 0], Words(second.Ask(8, 3, 0, 0, 0, 1, 0, 0, 0)));

        Assert.Equal([1u], Words(first.Ask(4, [4, 0, 0, 0, .. BitConverter.GetBytes(connection)])));
        Assert.NotEqual(connection, second.Open(0));
    }

    [Fact]
    public void Commands_reach_the_probe()
    {
        var client = Serve("v2-1");
        var connection = client.Open(0);

        Assert.Equal([1, 0, 0, 0, 0x80, 0], client.Usb(connection, [0xF2, 0x30, 0xA3], read: 2));
        Assert.Equal([1, 0, 0, 0], client.Usb(connection, ProbeBench.Block(0x08, FakeChip.RamAt, 8), write: [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal([1, 0, 0, 0, 3, 4, 5, 6, 0, 0], client.Usb(connection, [0xF2, 0x0C, 2, 0, 0, 0x20, 4], read: 6));
        Assert.Equal(0x80, client.Usb(connection, [0xF2, 0x3E], read: 12)[4]);
        Assert.Equal([1, 0, 0, 0], client.Usb(connection, [0xF2, 0x21], read: 0));
    }

    [Fact]
    public void An_answer_has_its_length_whatever_happened()
    {
        var client = Serve("v2-1");
        var connection = client.Open(0);

        Assert.Equal(4 + 64, client.Usb(connection + 1, [0xF5], read: 64).Length);
        var unknown = client.Usb(connection, [0xF2, 0xEE], read: 64);
        Assert.Equal([1, 0, 0, 0, 0x42, 0, 0], unknown[..7]);
        Assert.Equal(4 + 64, unknown.Length);

        // A command without an answer: the server waits for none that could hold up the client.
        Assert.Equal([0x01, 0x10, 0, 0, 0, 0], client.Usb(connection, [0xF3, 0x07], read: 2));

        // Data behind a command that is not known is not taken for a command.
        Assert.Equal([1, 0, 0, 0], client.Usb(connection, [0xF2, 0xEE], write: [0xF2, 0x3C, 0, 0]));
        Assert.False(_boards[0].Chip.ResetIsLow);
        Assert.Equal([1, 0, 0, 0, 1, 0], client.Usb(connection, [0xF5], read: 2));
    }

    [Fact]
    public void A_request_may_come_in_pieces()
    {
        var client = Serve("v2-1");

        client.Send(2, 0);
        client.Send(0, 0, 41);
        client.Send(0, 0, 0);

        Assert.Equal(45, client.Receive(45).Length);
    }

    [Fact]
    public async Task A_client_that_vanishes_gives_the_board_back()
    {
        var client = Serve("v2-1");
        client.Open(0);
        client.Dispose();

        uint[] answer;
        do
        {
            await Task.Yield();
            answer = Words(Connect().Ask(8, 3, 0, 0, 0, 1, 0, 0, 0));
        }
        while (answer[0] == 0x2004);

        Assert.Equal(1u, answer[0]);
    }

    [Fact]
    public void In_real_time_no_answer_comes_early_and_silence_is_time_too()
    {
        var client = Serve(new ExportOptions { Realtime = true, Wall = _wall }, "v2-1");
        var connection = client.Open(0);
        var start = _boards[0].Clock.Now;

        // The reset pulse takes 20 ms, and the waiting is done in whole ones.
        client.Usb(connection, [0xF2, 0x3C, 2], read: 2);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _wall.Waited);
        Assert.Equal(TimeSpan.FromMicroseconds(20_200), _boards[0].Clock.Now - start);

        _wall.Advance(TimeSpan.FromMilliseconds(30));
        client.Usb(connection, [0xF5], read: 2);
        Assert.Equal(TimeSpan.FromMicroseconds(50_200), _boards[0].Clock.Now - start);
        Assert.Equal(TimeSpan.FromMilliseconds(20), _wall.Waited);
    }

    [Fact]
    public void A_port_in_use_is_said_so()
    {
        Serve("v2");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var refusal = Assert.Throws<ProbeException>(() => new StLinkServer(_boards, ((IPEndPoint)taken.LocalEndpoint).Port));

        Assert.Equal("NRST1185", refusal.Code);
    }

    private int _port;

    private Client Serve(params string[] kinds) => Serve(new ExportOptions(), kinds);

    private Client Serve(ExportOptions options, params string[] kinds)
    {
        var store = new BoardStore(_folder, (_, _, board) => new FakeChip { SupplyVolts = board.Volts });
        foreach (var kind in kinds)
        {
            store.New($"board{_boards.Count}", "STM32F407VG", kind);
            _boards.Add(store.Open($"board{_boards.Count}"));
        }

        var server = new StLinkServer(_boards, 0, options);
        _others.Add(server);
        _port = server.Port;
        _serving = server.RunAsync(_stop.Token);
        return Connect();
    }

    private Client Connect()
    {
        var client = new Client(_port);
        _others.Add(client);
        return client;
    }

    private static uint[] Words(byte[] bytes) =>
        [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * i)))];

    private sealed class Client(int port) : IDisposable
    {
        private readonly TcpClient _client = new("127.0.0.1", port) { NoDelay = true, ReceiveTimeout = 30_000 };

        public void Send(params byte[] bytes) => _client.GetStream().Write(bytes);

        public byte[] Receive(int length)
        {
            var answer = new byte[length];
            _client.GetStream().ReadExactly(answer);
            return answer;
        }

        public byte[] Ask(int answer, params byte[] request)
        {
            Send(request);
            return Receive(answer);
        }

        public uint Open(int index)
        {
            var answer = Words(Ask(8, 3, 0, 0, 0, (byte)(index + 1), 0, 0, 0));
            Assert.Equal(1u, answer[0]);
            return answer[1];
        }

        public byte[] Usb(uint connection, byte[] command, int read = 0, byte[]? write = null)
        {
            var header = new byte[32];
            header[0] = 5;
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), connection);
            command.CopyTo(header, 8);
            header[24] = (byte)(write is null ? 1 : 0);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(28), write?.Length ?? read);
            return Ask(4 + read, [.. header, .. write ?? []]);
        }

        public void Dispose() => _client.Dispose();
    }
}
