using System.Diagnostics;
using System.Text.Json.Nodes;
using Nrst.VirtualBench.Boards;

namespace Nrst.Guest;

/// <summary>Virtual boards on a bench of their own, served over USB/IP by <c>nrst bench serve</c>, as a user serves them.</summary>
internal sealed class ServedBoards : IAsyncDisposable
{
    private readonly LinuxGuest _guest;
    private readonly CommandLine _nrst = new();
    private readonly List<string> _plugged = [];
    private readonly Dictionary<string, string> _busIds = [];
    private readonly Dictionary<string, string> _dfuBusIds = [];
    private Process? _server;
    private Task<string>? _talk;
    private int _port;

    public ServedBoards(LinuxGuest guest) => _guest = guest;

    /// <summary>Where the boards are kept.</summary>
    public string Bench => _nrst.Bench;

    /// <summary>One board, served and plugged into the guest.</summary>
    /// <returns>The boards, and the guest's name of the probe: <c>1-1</c>.</returns>
    public static async Task<(ServedBoards Boards, string Device)> OneBoard(LinuxGuest guest, string kind, string chip = "STM32F407VG", params string[] options)
    {
        var boards = new ServedBoards(guest);
        try
        {
            boards.Make("board", kind, chip);
            await boards.Serve(["board"], options);
            return (boards, await boards.Plug("board"));
        }
        catch
        {
            await boards.DisposeAsync();
            throw;
        }
    }

    /// <summary>The serial number that a board's probe has on USB.</summary>
    public string Serial(string name) => (string)State(name)["serial"]!;

    /// <summary>Takes everything that is wrong with a board away, and leaves its flash as it is.</summary>
    public void Repair(string name)
    {
        var state = State(name);
        state["faults"] = new JsonArray();
        File.WriteAllText(StateFile(name), state.ToJsonString());
    }

    public void Make(string name, string kind, string chip = "STM32F407VG", params string[] faults) =>
        new BoardStore(Bench).New(name, chip, kind, faults);

    /// <summary>Runs nrst on this machine, against the boards when they are not served.</summary>
    public CommandLine.Outcome Run(params string[] arguments) => _nrst.Run(arguments);

    public async Task Serve(string[] names, params string[] options)
    {
        _server = _nrst.Start(["bench", "serve", .. names, "--usbip", "0", .. options]);
        _talk = _server.StandardError.ReadToEndAsync();
        foreach (var name in names)
        {
            var line = await _server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True(line is not null, $"nrst bench serve said nothing on stdout, and on stderr:\n{(_server.HasExited ? await _talk : "")}");
            var board = JsonNode.Parse(line)!;
            Assert.Equal(name, (string)board["board"]!);
            _port = (int)board["usbip"]!;
            _busIds[name] = (string)board["busid"]!;
            _dfuBusIds[name] = (string)board["dfuBusid"]!;
        }
    }

    /// <summary>Plugs a served board's probe into the guest.</summary>
    /// <returns>The guest's name of it.</returns>
    public Task<string> Plug(string name) => Plug(name, _busIds[name]);

    /// <summary>Plugs a served board's chip itself into the guest, beside its probe.</summary>
    public Task<string> PlugChip(string name) => Plug(name, _dfuBusIds[name]);

    private async Task<string> Plug(string name, string busId)
    {
        var device = (await _guest.Run($"attach {_port} {busId}", seconds: 30)).Succeeds().Output.Trim();
        _plugged.Add(device);
        return device;
    }

    /// <summary>Pulls all cables, ends the server, and waits until the guest has noticed.</summary>
    public async Task Stop()
    {
        if (_server is { } server)
        {
            _server = null;
            using (server)
            {
                Process.Start("kill", ["-INT", $"{server.Id}"])!.WaitForExit();
                if (!server.WaitForExit(TimeSpan.FromSeconds(30)))
                {
                    server.Kill();
                    Assert.Fail("nrst bench serve did not end within 30 s of SIGINT.");
                }

                Assert.True(server.ExitCode == 0, $"nrst bench serve ended with {server.ExitCode}:\n{await _talk!}");
            }
        }

        if (_plugged.Count > 0)
        {
            (await _guest.Run($"gone {string.Join(' ', _plugged)}", seconds: 30)).Succeeds();
            _plugged.Clear();
        }
    }

    private JsonObject State(string name) => JsonNode.Parse(File.ReadAllText(StateFile(name)))!.AsObject();

    private string StateFile(string name) => Path.Combine(Bench, name, "board.json");

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Stop();
        }
        finally
        {
            _nrst.Dispose();
        }
    }
}
