using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Faults;
using Nrst.VirtualBench.Usb;
using Nrst.VirtualBench.UsbIp;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst bench …</c>: virtual boards, made, listed, thrown away, and served to other programs.</summary>
internal static class BenchVerbs
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The board's name" };
    private static readonly Argument<string[]> Names = new("NAME") { Description = "Boards to serve", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string[]> Settings = new("SETTING") { Description = "boot0=0, boot0=1, boot-wiring=WIRES (e.g. dtr-nrst,!rts-boot0), boot-wiring=none, hub=NAME or hub=none", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<string?> Chip = new("--chip") { Description = "The part it carries, e.g. STM32F407VG", HelpName = "PART" };
    private static readonly Option<string> Kind = new("--probe-kind") { Description = "v2, v2-1 or v3", HelpName = "KIND", DefaultValueFactory = _ => "v2-1" };
    private static readonly Option<string[]> Faults = new("--fault") { Description = "What is wrong with the board; may be repeated", HelpName = "FAULT" };
    private static readonly Option<string?> Firmware = new("--firmware") { Description = "The probe's firmware, e.g. V2J37S7", HelpName = "VERSION" };
    private static readonly Option<double> Volts = new("--volts") { Description = "The board's supply", HelpName = "VOLTS", DefaultValueFactory = _ => 3.3 };
    private static readonly Option<int?> VcpUsart = new("--vcp-usart") { Description = "The USART at the probe's virtual COM port; by default 3 on chips with 144 pins, else 2", HelpName = "NUMBER" };
    private static readonly Option<string?> Hub = new("--hub") { Description = "The hub it is plugged into, whose full-speed share it has with other boards there; by default a socket of its own", HelpName = "NAME" };
    private static readonly Option<bool> RawSerial = new("--raw-serial") { Description = "The probe tells its serial number over USB as old ST-LINK/V2 do" };
    private static readonly Option<bool> Programmed = new("--programmed") { Description = "A program that does nothing is in its flash" };
    private static readonly Option<int?> Server = new("--stlink-server") { Description = "Serve as stlink-server does; 0 picks a free port", HelpName = "PORT" };
    private static readonly Option<int?> UsbIp = new("--usbip") { Description = "Serve as a USB/IP server does; 0 picks a free port", HelpName = "PORT" };
    private static readonly Option<bool> Realtime = new("--realtime") { Description = "Keep virtual and wall clock together, for clients that wait by the wall clock" };
    private static readonly Option<string?> LibUsb = new("--libusb") { Description = "Serve programs whose libusb is perf/peers", HelpName = "PATH" };
    private static readonly Option<string?> Uart = new("--uart") { Description = "Make a serial port that ends at the USART of the bootloader", HelpName = "PATH" };
    private static readonly Option<string?> Stats = new("--stats") { Description = "Append one JSON line per client connection", HelpName = "FILE" };

    private static readonly Option<bool> Markdown = new("--markdown") { Description = "The table of docs/faults.md" };

    public static Command Create() => new("bench", "Virtual boards: try and test everything without hardware")
    {
        new Command("new", "Make a board") { Name, Chip, Kind, Faults, Firmware, Volts, VcpUsart, Hub, RawSerial, Programmed }.Does(New, "bench new"),
        new Command("set", "Change a jumper or a wire of a board") { Name, Settings }.Does(Set, "bench set"),
        new Command("list", "The boards there are, and the faults a board can have").Does(List, "bench list"),
        new Command("power-cycle", "Take a board's power away and give it back, also while something uses it") { Name }.Does(PowerCycle, "bench power-cycle"),
        new Command("faults", "What can be wrong with a board") { Markdown }.Does(ListFaults, "bench faults"),
        new Command("remove", "Throw a board away") { Name }.Does(Remove, "bench remove"),
        new Command("serve", "Let other programs use boards, until Ctrl-C") { Names, Server, UsbIp, LibUsb, Uart, Realtime, Stats }.Does(Serve, "bench serve"),
        MeasureVerb.Create(),
        DiagnoseVerb.Create(),
    };

    private static JsonObject New(Invocation call)
    {
        var line = call.Line;
        var chip = line.GetValue(Chip) ?? throw new UsageException("NRST0114", "A new board needs a chip.")
        {
            LikelyCause = "--chip is missing.",
            Remedies = [new("Name one.", "nrst bench new NAME --chip STM32F407VG")],
        };
        var board = Connection.Bench.New(
            line.GetValue(Name)!, chip, line.GetValue(Kind)!, line.GetValue(Faults) ?? [], line.GetValue(Firmware), line.GetValue(Volts),
            line.GetValue(VcpUsart), line.GetValue(RawSerial), line.GetValue(Hub), line.GetValue(Programmed));
        call.Screen.Result($"virtual:{board.Name}  {board.Kind}  {board.Chip}");
        return new JsonObject { ["board"] = board.Name, ["chip"] = board.Chip, ["probeKind"] = board.Kind, ["serial"] = board.Probe.Serial, ["hub"] = board.Hub };
    }

    private static JsonObject List(Invocation call)
    {
        var boards = Connection.Bench.List();
        foreach (var board in boards)
        {
            call.Screen.Result($"virtual:{board.Name}  {board.Kind}  {board.Chip}  {(board.Boot0 ? "boot0=1 " : "")}{(board.Hub is { } hub ? $"hub={hub} " : "")}{string.Join(' ', board.Faults)}".TrimEnd());
        }

        if (boards.Count == 0)
        {
            call.Screen.Result("no boards");
        }

        call.Screen.Result();
        ShowFaults(call);
        return new JsonObject
        {
            ["boards"] = new JsonArray([.. boards.Select(board => new JsonObject
            {
                ["name"] = board.Name,
                ["chip"] = board.Chip,
                ["probeKind"] = board.Kind,
                ["serial"] = board.Probe.Serial,
                ["boot0"] = board.Boot0,
                ["hub"] = board.Hub,
                ["faults"] = new JsonArray([.. board.Faults.Select(fault => (JsonNode)fault)]),
            })]),
            ["faults"] = Catalogue(),
        };
    }

    private static JsonObject PowerCycle(Invocation call)
    {
        var name = call.Line.GetValue(Name)!;
        Connection.Bench.PowerCycle(name);
        call.Screen.Result($"virtual:{name} was without power, and has it again.");
        return new JsonObject { ["board"] = name };
    }

    private static JsonObject ListFaults(Invocation call)
    {
        if (call.Line.GetValue(Markdown))
        {
            call.Screen.Result("| fault | what is wrong with the board |");
            call.Screen.Result("|---|---|");
            foreach (var fault in FaultCatalogue.All)
            {
                call.Screen.Result($"| `{fault.Usage}` | {fault.Description} |");
            }
        }
        else
        {
            ShowFaults(call);
        }

        return new JsonObject { ["faults"] = Catalogue() };
    }

    private static void ShowFaults(Invocation call)
    {
        call.Screen.Result("faults a board can have (nrst bench new NAME --chip CHIP --fault FAULT):");
        foreach (var fault in FaultCatalogue.All)
        {
            call.Screen.Result($"  {fault.Usage,-42} {fault.Description}");
        }
    }

    private static JsonArray Catalogue() =>
        new([.. FaultCatalogue.All.Select(fault => new JsonObject { ["name"] = fault.Usage, ["description"] = fault.Description })]);

    private static JsonObject Set(Invocation call)
    {
        var board = Connection.Bench.Set(call.Line.GetValue(Name)!, call.Line.GetValue(Settings)!);
        call.Screen.Result($"virtual:{board.Name}  {string.Join(' ', call.Line.GetValue(Settings)!)}");
        return new JsonObject { ["board"] = board.Name, ["boot0"] = board.Boot0, ["hub"] = board.Hub };
    }

    private static JsonObject Remove(Invocation call)
    {
        var name = call.Line.GetValue(Name)!;
        Connection.Bench.Remove(name);
        call.Screen.Result($"virtual:{name} is gone.");
        return new JsonObject { ["board"] = name };
    }

    private static JsonObject Serve(Invocation call)
    {
        var line = call.Line;
        var (stlinkPort, usbIpPort, socket) = (Port(line.GetValue(Server)), Port(line.GetValue(UsbIp)), line.GetValue(LibUsb));
        var uartPath = line.GetValue(Uart);
        if (stlinkPort is null && usbIpPort is null && socket is null && uartPath is null)
        {
            throw new UsageException("NRST0115", "serve was not told how to serve.")
            {
                LikelyCause = "--stlink-server PORT, --usbip PORT, --libusb PATH or --uart PATH is missing.",
                Remedies =
                [
                    new("Share the probe with OpenOCD; the first line printed says on which port.", "nrst bench serve NAME --stlink-server 0"),
                    new("Plug it into a Linux machine's USB.", "nrst bench serve NAME --usbip 0"),
                ],
            };
        }

        if (uartPath is not null && line.GetValue(Names)!.Distinct().Count() > 1)
        {
            throw new UsageException("NRST0117", "One serial port cannot end at several boards.")
            {
                LikelyCause = "--uart was given together with more than one name.",
                Remedies = [new("Serve each board with a path of its own.", "nrst bench serve NAME --uart /tmp/bench.tty")],
            };
        }

        var boards = new List<VirtualBoard>();
        try
        {
            boards.AddRange(line.GetValue(Names)!.Distinct().Select(name => Connection.Bench.OpenOrCreate(name)));
            var options = new ExportOptions { Realtime = line.GetValue(Realtime), StatisticsFile = line.GetValue(Stats) };
            var shelf = new BoardShelf(boards, options);
            using var stlink = stlinkPort is { } first ? new StLinkServer(shelf, first) : null;
            using var usbIp = usbIpPort is { } second ? new UsbIpServer(shelf, second) : null;
            using var libUsb = socket is not null ? new BenchUsbServer(shelf, socket) : null;
            using var uart = uartPath is not null ? new UartServer(shelf, 0, uartPath) : null;
            foreach (var board in boards)
            {
                call.Screen.Document(Readiness(board.Name, stlink, usbIp, libUsb, uart).ToJsonString());
            }

            Announce(call, boards, stlink, usbIp, options);
            Task?[] serving = [stlink?.RunAsync(call.Cancel), usbIp?.RunAsync(call.Cancel), libUsb?.RunAsync(call.Cancel), uart?.RunAsync(call.Cancel)];
            Task.WhenAll(serving.OfType<Task>()).GetAwaiter().GetResult();
        }
        finally
        {
            boards.ForEach(board => board.Dispose());
        }

        return new JsonObject { ["boards"] = new JsonArray([.. boards.Select(board => (JsonNode)board.Name)]) };
    }

    private static JsonObject Readiness(string board, StLinkServer? stlink, UsbIpServer? usbIp, BenchUsbServer? libUsb, UartServer? uart)
    {
        var ready = new JsonObject { ["board"] = board };
        if (stlink is not null)
        {
            ready["stlinkServer"] = stlink.Port;
        }

        if (usbIp is not null)
        {
            ready["usbip"] = usbIp.Port;
            ready["busid"] = usbIp.BusId(board);
            ready["dfuBusid"] = usbIp.DfuBusId(board);
        }

        if (libUsb is not null)
        {
            ready["libusb"] = libUsb.Path;
        }

        if (uart is not null)
        {
            ready["uart"] = uart.Path;
        }

        return ready;
    }

    private static void Announce(
        Invocation call, IReadOnlyList<VirtualBoard> boards, StLinkServer? stlink, UsbIpServer? usbIp, ExportOptions options)
    {
        foreach (var board in usbIp is null ? [] : boards)
        {
            call.Screen.Talk(string.Create(
                CultureInfo.InvariantCulture,
                $"plug {board.Name} in with: usbip --tcp-port {usbIp!.Port} attach -r 127.0.0.1 -b {usbIp.BusId(board.Name)}"));
        }

        call.Screen.Talk(options.Realtime || stlink is null
            ? "serving until Ctrl-C"
            : "serving until Ctrl-C; a client that waits by the wall clock, as nrst does over tcp:, wants --realtime");
    }

    private static int? Port(int? asked) => asked is null or (>= 0 and <= 65535)
        ? asked
        : throw new UsageException("NRST0116", $"{asked.Value.ToString(CultureInfo.InvariantCulture)} is not a TCP port.")
        {
            LikelyCause = "Ports are 1 to 65535; 0 picks a free one.",
        };
}
