using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Probes;
using Nrst.VirtualBench.UsbIp;

namespace Nrst.VirtualBench.Tests.UsbIp;

/// <summary>Boards with a chip of RAM, on offer over USB/IP, and clients of them.</summary>
internal sealed class UsbIpBench : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-usbip-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<UsbIpClient> _clients = [];
    private readonly Task _serving;

    public UsbIpBench(string kind = "v2-1", string? fault = null, ExportOptions? options = null)
        : this(options, [(kind, fault)])
    {
    }

    public UsbIpBench(ExportOptions? options, params (string Kind, string? Fault)[] boards)
    {
        options ??= new ExportOptions { StatisticsFile = Path.Combine(_folder, "stats") };
        var store = new BoardStore(Path.Combine(_folder, "boards"), (_, _, board) => new FakeChip { SupplyVolts = board.Volts });
        foreach (var (kind, fault) in boards)
        {
            store.New(
                $"board{Boards.Count}", "STM32F407VG", kind.Split(' ')[0], fault is null ? [] : [fault], rawSerial: kind.EndsWith(" raw-serial", StringComparison.Ordinal));
            Boards.Add(store.Open($"board{Boards.Count}"));
        }

        Shelf = new BoardShelf(Boards, options);
        Server = new UsbIpServer(Shelf);
        _serving = Server.RunAsync(_stop.Token);
    }

    public List<VirtualBoard> Boards { get; } = [];

    public BoardShelf Shelf { get; }

    public UsbIpServer Server { get; }

    public string[] Statistics => File.Exists(Path.Combine(_folder, "stats")) ? File.ReadAllLines(Path.Combine(_folder, "stats")) : [];

    public UsbIpClient Connect()
    {
        var client = new UsbIpClient(Server.Port);
        _clients.Add(client);
        return client;
    }

    public UsbIpClient Attach(int board = 0)
    {
        var client = Connect();
        client.Attach($"1-{board + 1}");
        return client;
    }

    /// <summary>Imports again and again until the board is free, which it is soon after its client went.</summary>
    public async Task<UsbIpClient> AttachWhenFreeAsync()
    {
        while (true)
        {
            var client = Connect();
            var status = client.Import("1-1");
            if (status == 0)
            {
                client.ControlOut(0, 9, 1, 0);
                return client;
            }

            Assert.Equal(2u, status);
            client.Dispose();
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _clients.ForEach(client => client.Dispose());
        Server.Dispose();
        Boards.ForEach(board => board.Dispose());
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
