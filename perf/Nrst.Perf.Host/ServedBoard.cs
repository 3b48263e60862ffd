using System.Diagnostics;
using System.Text.Json;

namespace Nrst.Perf.Host;

/// <summary>A virtual board in a process of its own, so that the bench is not counted: what is left is what a real probe would take.</summary>
/// <remarks>In real time, since nrst looks at the clock of this machine.</remarks>
internal sealed class ServedBoard : IDisposable
{
    private readonly Process _server;

    public ServedBoard(string nrst, string board, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(nrst, ["bench", "serve", board, "--stlink-server", "0", "--libusb", environment["NRST_BENCH_USB"], "--realtime"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _server = Process.Start(start)!;
        var line = _server.StandardOutput.ReadLine() ?? throw new InvalidOperationException("nrst bench serve ended at once.");
        using var said = JsonDocument.Parse(line);
        Server = $"tcp:127.0.0.1:{said.RootElement.GetProperty("stlinkServer").GetInt32()}";
    }

    /// <summary>How <c>--probe</c> reaches it through its <c>stlink-server</c>.</summary>
    public string Server { get; }

    /// <summary>How <c>--probe</c> reaches it as a real probe, through the libusb of the bench: an ST-LINK/V2-1 by its ids.</summary>
    public const string Usb = "0483:374b";

    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }
}
