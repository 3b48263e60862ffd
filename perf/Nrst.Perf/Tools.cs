using System.Diagnostics;
using System.Globalization;
using Nrst.Probes.StLink;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.Perf;

/// <summary>The programmers that are compared. The others are the unmodified programs of the system, over perf/peers.</summary>
internal static class Tools
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    /// <summary>The folder with the libusb of the bench; null where it could not be built.</summary>
    public static string? Library { get; set; }

    /// <summary>The serial ports of the bench, from the same folder.</summary>
    public static string? SerialLibrary => Library is null ? null : Path.Combine(Path.GetDirectoryName(Library)!, "libserial.so");

    public static Task Nrst(MeasuredBoard board, byte[] image)
    {
        var probe = StLinkProbe.Open(
            board.Board.Pipe, board.Board.Clock, board.Board.Identity.VendorId, board.Board.Identity.ProductId, board.Board.Identity.Serial);
        Alone.Flash(probe, image, board.Start, board.Setting.Probe.Kilohertz);
        return Task.CompletedTask;
    }

    public static Task OpenOcd(MeasuredBoard board, byte[] image, bool best)
    {
        var kilohertz = board.Setting.Probe.Kilohertz;
        // The scripts slow the wire down when a reset starts, and after it set a clock for the core, which is worth having, and one for the wire, which
        // need not be the fastest. So the first is replaced and the second added to.
        string[] faster = best
            ?
            [
                "-c", $"[target current] configure -event reset-start {{ adapter speed {kilohertz} }}",
                "-c", $"[target current] configure -event reset-init \"[[target current] cget -event reset-init]\\nadapter speed {kilohertz}\"",
                "-c", $"adapter speed {kilohertz}",
            ]
            : [];
        return WithFile(image, file => Run(
            board.Board, "openocd",
            [
                "-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled", "-f", "interface/stlink-dap.cfg", "-c", "transport select dapdirect_swd",
                "-f", $"target/{board.Case.Script}.cfg", .. faster, "-c", $"program {file} 0x{board.Start.Value:x8} verify reset exit",
            ]));
    }

    public static Task StFlash(MeasuredBoard board, byte[] image, bool best) => WithFile(image, file => Run(
        board.Board, "st-flash",
        [
            .. best ? (string[])[$"--freq={board.Setting.Probe.Kilohertz.ToString(CultureInfo.InvariantCulture)}k"] : [],
            "--reset", "write", file, $"0x{board.Start.Value:x8}",
        ]));

    public static async Task WithFile(byte[] image, Func<string, Task> act)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, image);
            await act(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What the program said, once it has ended well.</summary>
    /// <param name="library">To be preloaded; null for the libusb.</param>
    public static async Task<string> Run(VirtualBoard board, string program, string[] arguments, string? library = null)
    {
        var path = Path.Combine(Path.GetTempPath(), $"nrst-{Guid.NewGuid():N}.usb");
        using var server = new BenchUsbServer(new BoardShelf([board]), path);
        using var stop = new CancellationTokenSource();
        var serving = server.RunAsync(stop.Token);
        try
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["NRST_BENCH_USB"] = path;
            start.Environment["LD_PRELOAD"] = library ?? Library;
            using var process = Process.Start(start)!;
            using var patience = new CancellationTokenSource(s_patience);
            var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                throw new InvalidOperationException($"{program} did not end within {s_patience.TotalMinutes} minutes.");
            }

            var talk = string.Concat(await output);
            return process.ExitCode == 0 ? talk : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {talk[^Math.Min(300, talk.Length)..]}");
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }
}
