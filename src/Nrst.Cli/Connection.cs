using System.Text.Json.Nodes;
using Nrst.Usb;
using Nrst.Usb.Capture;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.Cli;

/// <summary>Where the parts meet: the sources of probes, and the way from a command line to a connected target.</summary>
internal static class Connection
{
    /// <summary>How a selector says that it means something on the bench.</summary>
    public const string BenchPrefix = "virtual:";

    public static BoardStore Bench => new(BoardStore.DefaultFolder(Environment.GetEnvironmentVariable));

    /// <summary>The file of libusb, where it lies in an unusual place.</summary>
    internal static string? UsbLibrary => Environment.GetEnvironmentVariable("NRST_LIBUSB") is { Length: > 0 } path ? path : null;

    /// <summary>Where there is nothing to open.</summary>
    public static ProbeCatalog Catalog => Sources(null, new ReplaySource());

    /// <param name="reading">
    /// The reading of files, which goes on while the probe is found and opened. The target is asked nothing before they are known to be good, and what is
    /// wrong with them is said before anything that is wrong with the probe.
    /// </param>
    public static Target Open(Invocation call, Task? reading = null)
    {
        ConnectOptions options;
        IDebugProbe probe;
        try
        {
            options = Options(call) with { Listener = call.Connecting.Listen };
            if (Selector(call) is ProbeSelector.Virtual board && !IsOnBench(board.Name))
            {
                reading?.GetAwaiter().GetResult(); // opening it may make it, and a bad file is no reason to
            }

            probe = CatalogFor(call).Open(Selector(call));
        }
        catch
        {
            reading?.GetAwaiter().GetResult();
            throw;
        }

        try
        {
            reading?.GetAwaiter().GetResult();
        }
        catch
        {
            probe.Dispose();
            throw;
        }

        call.Connecting.Examination = new Examination(probe, options, call.Connecting, silent: call.Line.GetValue(Common.Capture) is not null || Selector(call) is ProbeSelector.Replay);
        return call.Connecting.Target = Target.Connect(probe, options, leaveOpen: true);
    }

    // What names the bench stands in methods of its own: it is loaded when one is compiled, and a real probe calls none of them.
    private static bool IsOnBench(string name) => Bench.Exists(name);

    /// <summary>The catalog to open the probe of this command with: what it opens is captured where that is wanted.</summary>
    public static ProbeCatalog CatalogFor(Invocation call)
    {
        var capture = Capturing.Begin(call, Selector(call));
        call.Owned.Add(capture);
        var replay = new ReplaySource(capture);
        call.Afterwards.Add(() => replay.Opened?.CheckOver());
        return Sources(capture, replay, call);
    }

    /// <summary>Every probe on this machine's USB that has these ids.</summary>
    public static IReadOnlyList<ProbeSelector> AttachedTo(ProbeSelector.UsbId ids) =>
        [.. new UsbProbeSource(new LibUsbBus(UsbLibrary)).Fitting(ids).Select(probe => probe.Selector)];

    /// <summary>A board of the bench by one of its USB cables, however it was named.</summary>
    public static bool IsOnVirtualUsb(ProbeSelector selector) => selector switch
    {
        ProbeSelector.Virtual => true,
        ProbeSelector.Dfu { Which: { } which } => which.StartsWith(BenchPrefix, StringComparison.Ordinal),
        ProbeSelector.SerialNumber => Catalog.Resolve(selector) is ProbeSelector.Virtual,
        _ => false,
    };

    /// <summary>The probe that was named, or null.</summary>
    public static ProbeSelector? Selector(Invocation call) =>
        call.Probe is { } text ? ProbeSelector.Parse(text) : null;

    public static ConnectOptions Options(Invocation call)
    {
        var line = call.Line;
        return new ConnectOptions(Mode(line.GetValue(Common.Connect)!), Speed(line.GetValue(Common.Speed)), line.GetValue(Common.Chip))
        {
            Limit = Limit(line.GetValue(Common.ConnectTimeout)),
            Interactive = call.Screen.Live && !call.Screen.Json && !Console.IsInputRedirected,
            Memory = line.GetValue(Common.NoMemory) || Selector(call) is ProbeSelector.Replay ? null : new ConnectMemoryFile(MemoryFile()),
        };
    }

    public static IDebugProbe OpenBoard(BoardStore store, string name, UsbCapture? capture = null, UsbSeat? seat = null)
    {
        var board = store.OpenOrCreate(name);
        if (seat is not null)
        {
            board.Share(seat);
        }

        var id = board.Identity;
        return StLinkOnUsb.Open(new BoardPipe(board), board.Clock, StLinkOnUsb.Describe(id.VendorId, id.ProductId, id.Serial, $"virtual:{name}"), capture);
    }

    public static JsonObject Probe(Target target)
    {
        var id = target.Probe.Identity;
        return new JsonObject
        {
            ["kind"] = id.Kind,
            ["serial"] = id.Serial,
            ["firmware"] = id.Firmware,
            ["vendorId"] = $"0x{id.VendorId:X4}",
            ["productId"] = $"0x{id.ProductId:X4}",
            ["volts"] = target.Volts is { } volts ? Math.Round(volts, 3) : null,
            ["kilohertz"] = target.Kilohertz,
        };
    }

    public static JsonObject Chip(Target target) => new()
    {
        ["deviceId"] = $"0x{target.Chip.Device.DeviceId:X3}",
        ["name"] = target.Chip.Name,
        ["revision"] = target.Chip.Revision,
        ["uniqueId"] = target.Chip.UniqueId,
    };

    private static ProbeCatalog Sources(UsbCapture? capture, ReplaySource replay, Invocation? call = null) => new(
        [new UsbProbeSource(new LibUsbBus(UsbLibrary), capture), new VirtualProbeSource(capture, call), new StLinkServerSource(capture), replay]);

    private static ConnectMode Mode(string text) => text switch
    {
        "auto" => ConnectMode.Auto,
        "attach" or "hot-plug" => ConnectMode.HotPlug,
        "normal" => ConnectMode.Normal,
        "core-reset" => ConnectMode.CoreReset,
        "under-reset" => ConnectMode.UnderReset,
        "pulse" => ConnectMode.Pulse,
        "power-cycle" => ConnectMode.PowerCycle,
        _ => throw new UsageException("NRST0108", $"'{text}' is not a way to connect.")
        {
            LikelyCause = "--connect takes auto, attach, normal, core-reset, under-reset, pulse or power-cycle.",
        },
    };

    private static int Speed(int kilohertz) => kilohertz > 0 ? kilohertz : throw new UsageException("NRST0109", $"{kilohertz} kHz is not an SWD clock.")
    {
        LikelyCause = "--speed takes the highest clock to use, in kHz, as in --speed 1800.",
    };

    private static TimeSpan Limit(double seconds) => seconds is > 0 and <= 3600
        ? TimeSpan.FromSeconds(seconds)
        : throw new UsageException("NRST0119", $"{seconds.ToString(System.Globalization.CultureInfo.InvariantCulture)} s is no time to connect in.")
        {
            LikelyCause = "--connect-timeout takes seconds, more than 0 and at most 3600.",
        };

    /// <summary>Beside the boards of the bench: what is kept for a user and can be lost.</summary>
    private static string MemoryFile()
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } named ? named
            : OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? ".", ".local", "state");
        return Path.Combine(state, "nrst", "connections.json");
    }

    /// <summary>The boards of the bench, seen as probes. The bench is loaded when one is asked for, and not for a real probe.</summary>
    private sealed class VirtualProbeSource(UsbCapture? capture, Invocation? call) : IProbeSource
    {
        public IReadOnlyList<ProbeListing> List() =>
        [
            .. Bench.List().Select(board => new ProbeListing(
                new ProbeSelector.Virtual(board.Name), $"{board.Probe.Kind} (virtual)", board.Probe.Serial, board.Chip, board.InUse ? "in use" : null)),
        ];

        public IDebugProbe? Open(ProbeSelector selector) => selector is ProbeSelector.Virtual wanted ? OpenOnBench(wanted.Name) : null;

        private IDebugProbe OpenOnBench(string name) => OpenBoard(Bench, name, capture, call?.Seat?.Seat);
    }

    /// <summary>A board's USB cable. Pulling it puts the board, and what its flash holds now, back on the shelf.</summary>
    private sealed class BoardPipe(VirtualBoard board) : IBulkPipe
    {
        public void Send(ReadOnlySpan<byte> packet) => board.Pipe.Send(packet);

        public int Receive(Span<byte> into) => board.Pipe.Receive(into);

        public void Dispose() => board.Dispose();
    }
}
