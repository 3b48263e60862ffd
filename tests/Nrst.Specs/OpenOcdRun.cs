using System.Diagnostics;
using System.Text;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>Runs an unmodified OpenOCD against one board, which an stlink-server in this process exports.</summary>
internal static class OpenOcdRun
{
    private const string F4 = "stm32f4x";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "openocd.exe" : "openocd")));

    /// <summary>Skips the test where OpenOCD is not installed; fails it where it has to be.</summary>
    public static void Require()
    {
        var installed = IsInstalled;
        if (!installed && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail("OpenOCD is not installed.");
        }

        Assert.SkipUnless(installed, "OpenOCD is not installed.");
    }

    /// <param name="transport">dapdirect_swd or hla_swd.</param>
    /// <param name="commands">What OpenOCD does after reading the target's script.</param>
    /// <param name="script">The target's script, as OpenOCD names it; empty where it has none.</param>
    /// <param name="before">What OpenOCD does before it reads the script.</param>
    public static async Task<(int ExitCode, string Talk)> On(
        VirtualBoard board,
        string transport,
        IEnumerable<string> commands,
        ExportOptions? options = null,
        string script = F4,
        IEnumerable<string>? before = null)
    {
        using var server = new StLinkServer([board], 0, options);
        using var stop = new CancellationTokenSource();
        var serving = server.RunAsync(stop.Token);
        try
        {
            return await Run(server.Port, board.Identity.ProductId, transport, commands, script, before);
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }

    public static async Task<(int ExitCode, string Talk)> Run(
        int port, ushort product, string transport, IEnumerable<string> commands, string script = F4, IEnumerable<string>? before = null)
    {
        var start = new ProcessStartInfo("openocd") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] adapter = transport == "hla_swd"
            ? ["adapter driver hla", "hla_layout stlink", $"hla_stlink_backend tcp {port}", $"hla_vid_pid 0x0483 0x{product:x4}"]
            : ["adapter driver st-link", $"st-link vid_pid 0x0483 0x{product:x4}", $"st-link backend tcp {port}"];
        string[] quiet = ["gdb_port disabled", "tcl_port disabled", "telnet_port disabled"];
        Add([.. quiet, .. adapter, $"transport select {transport}", .. before ?? []]);
        if (script.Length > 0)
        {
            start.ArgumentList.Add("-f");
            start.ArgumentList.Add($"target/{script}.cfg");
        }

        Add([.. commands, "shutdown"]);

        using var openocd = Process.Start(start)!;
        var talk = new StringBuilder();
        openocd.OutputDataReceived += (_, line) => Hear(line.Data);
        openocd.ErrorDataReceived += (_, line) => Hear(line.Data);
        openocd.BeginOutputReadLine();
        openocd.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await openocd.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            openocd.Kill();
            Assert.Fail($"OpenOCD did not end within {s_patience}. It said:\n{talk}");
        }

        return (openocd.ExitCode, talk.ToString());

        void Add(IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                start.ArgumentList.Add("-c");
                start.ArgumentList.Add(line);
            }
        }

        void Hear(string? line)
        {
            lock (talk)
            {
                talk.AppendLine(line);
            }
        }
    }
}
