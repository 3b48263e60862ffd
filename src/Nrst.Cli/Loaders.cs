using System.Text.Json.Nodes;
using Nrst.Bootloaders.Usart;
using Nrst.Usb;
using Nrst.Usb.Serial;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.Cli;

/// <summary>Chips in the loaders of their ROMs: where they are looked for, and what the document says of one.</summary>
internal static class Loaders
{
    public static LoaderCatalog Catalog(Invocation? call = null)
    {
        var (clock, wiring, parity) = (new SystemClock(), Wiring(call), Parity(call));
        return new LoaderCatalog(
        [
            new DfuSource(new LibUsbBus(Connection.UsbLibrary), clock),
            new UsartSource(SerialPorts.Open, Ports, clock, wiring, parity, call?.Cancel ?? default),
            new VirtualLoaderSource(Connection.Bench, wiring, parity, call?.Seat?.Seat),
        ]);
    }

    /// <summary>A serial port by itself, of this machine or at a virtual board, and the clock that runs there.</summary>
    public static (ISerialLine Line, IClock Clock) OpenLine(ProbeSelector.SerialPort port)
    {
        if (!port.Device.StartsWith(VirtualLoaderSource.Prefix, StringComparison.Ordinal))
        {
            return (SerialPorts.Open(port.Device), new SystemClock());
        }

        var board = Connection.Bench.OpenOrCreate(port.Device[VirtualLoaderSource.Prefix.Length..]);
        if (board.OpenSerial() is { } line)
        {
            return (new BoardLine(line, board), board.Clock);
        }

        board.Dispose();
        throw LoaderCatalog.NobodyAnswers(port);
    }

    public static SerialParity Parity(Invocation? call) => call?.Line.GetValue(Common.Parity) is "none" ? SerialParity.None : SerialParity.Even;

    /// <summary>The loader that was named, or the only thing there is to program with; null where a probe is meant.</summary>
    public static ProbeSelector? Selected(Invocation call)
    {
        if (Connection.Selector(call) is { } named)
        {
            return named is ProbeSelector.Dfu or ProbeSelector.SerialPort ? named : null;
        }

        if (Connection.Catalog.Survey().Probes.Any(probe => probe.Selector is not ProbeSelector.Virtual))
        {
            return null;
        }

        return Catalog().Survey().Probes.Where(loader => loader.Selector is ProbeSelector.Dfu).ToList() is [var only] ? only.Selector : null;
    }

    public static RomSession Open(Invocation call, ProbeSelector selector) => Catalog(call).Open(selector, call.Line.GetValue(Common.Chip));

    public static JsonObject Probe(RomSession session)
    {
        var id = session.Loader.Identity;
        return new JsonObject
        {
            ["kind"] = id.Kind,
            ["serial"] = id.Serial,
            ["firmware"] = id.Version,
            ["selector"] = id.Place,
        };
    }

    public static JsonObject Chip(RomSession session) => new()
    {
        ["deviceId"] = session.Chip is { IsKnown: true, IsCertain: true } ? $"0x{session.Chip.Device.DeviceId:X3}" : null,
        ["name"] = session.Chip.Name,
        ["revision"] = null,
        ["uniqueId"] = null,
        ["notes"] = new JsonArray([.. session.Chip.Notes.Select(note => (JsonNode)note)]),
    };

    public static BootWiring? Wiring(Invocation? call) => call?.Line.GetValue(Common.BootWires) is { } text ? BootWiring.Parse(text) : null;

    private static IReadOnlyList<ProbeListing> Ports() =>
        [.. SerialPorts.List().Select(port => new ProbeListing(new ProbeSelector.SerialPort(port, null), "serial port", null, null, null))];

    /// <summary>The loaders of virtual boards: <c>dfu:virtual:NAME</c>, <c>serial:virtual:NAME</c>.</summary>
    private sealed class VirtualLoaderSource(BoardStore store, BootWiring? wiring, SerialParity parity, UsbSeat? seat) : ILoaderSource
    {
        public const string Prefix = "virtual:";

        /// <summary>From power on until the slowest of them is on the bus.</summary>
        private static readonly TimeSpan Appearance = TimeSpan.FromSeconds(3);

        // A virtual board is listed as one, and its loader named after it.
        public IReadOnlyList<ProbeListing> List() => [];

        public RomSession? Open(ProbeSelector selector, string? chip) =>
            selector is ProbeSelector.Dfu { Which: { } which } && which.StartsWith(Prefix, StringComparison.Ordinal)
                ? OpenDfu(which, chip)
                : selector is ProbeSelector.SerialPort port && port.Device.StartsWith(Prefix, StringComparison.Ordinal)
                    ? OpenSerial(port, chip)
                    : null;

        private RomSession? OpenSerial(ProbeSelector.SerialPort port, string? chip)
        {
            var board = store.OpenOrCreate(port.Device[Prefix.Length..]);
            try
            {
                if (board.OpenSerial() is not { } line)
                {
                    board.Dispose();
                    return null;
                }

                return UsartSource.Open(new BoardLine(line, board), board.Clock, port, chip, wiring, parity);
            }
            catch
            {
                board.Dispose();
                throw;
            }
        }

        private RomSession? OpenDfu(string which, string? chip)
        {
            var board = store.OpenOrCreate(which[Prefix.Length..]);
            try
            {
                if (board.OpenDfu(Appearance, seat) is not { } pipe)
                {
                    board.Dispose();
                    return null;
                }

                return DfuSource.Open(new BoardCable(pipe, board), board.Clock, $"dfu:{which}", chip);
            }
            catch
            {
                board.Dispose();
                throw;
            }
        }
    }

    /// <summary>The cable to a board's own USB connector. Pulling it puts the board back on the shelf.</summary>
    private sealed class BoardCable(IControlPipe pipe, VirtualBoard board) : IControlPipe
    {
        public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit) =>
            pipe.Control(requestType, request, value, index, data, limit);

        public void Claim(byte @interface, byte alternate = 0) => pipe.Claim(@interface, alternate);

        public void Reset() => pipe.Reset();

        public void Dispose()
        {
            pipe.Dispose();
            board.Dispose();
        }
    }

    /// <summary>An adapter at the pins of a board. Pulling it puts the board back on the shelf.</summary>
    private sealed class BoardLine(ISerialLine line, VirtualBoard board) : ISerialLine
    {
        public void Configure(int baud, SerialParity parity) => line.Configure(baud, parity);

        public void Send(ReadOnlySpan<byte> bytes) => line.Send(bytes);

        public int Receive(Span<byte> into, TimeSpan limit) => line.Receive(into, limit);

        public void DropInput() => line.DropInput();

        public void SetLines(bool? dtr, bool? rts) => line.SetLines(dtr, rts);

        public void Dispose()
        {
            line.Dispose();
            board.Dispose();
        }
    }
}
