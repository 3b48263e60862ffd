using System.Diagnostics;
using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.Specs;

/// <summary>Runs unmodified programs on boards of this process, in virtual time: their libusb, or their serial port, is the one in perf/peers.</summary>
internal static class Peers
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private static readonly Lazy<(string? Library, string Why)> s_library = new(Build);

    /// <summary>Skips the test where the program or what builds the library is missing; fails it where they have to be there.</summary>
    public static void Require(string program)
    {
        var why = OperatingSystem.IsLinux() ? IsInstalled(program) ? s_library.Value.Why : $"{program} is not installed." : "The replacement for libusb is for Linux.";
        if (why.Length > 0 && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(why);
        }

        Assert.SkipUnless(why.Length == 0, why);
    }

    /// <summary>The libusb of the bench, once <see cref="Require"/> has found that there is one.</summary>
    public static string Library => s_library.Value.Library!;

    /// <summary>The serial ports of the bench, to be preloaded; from the same folder.</summary>
    public static string SerialLibrary => Path.Combine(Path.GetDirectoryName(Library)!, "libserial.so");

    /// <summary>The same for a program that reaches the bench without anything of perf/peers.</summary>
    public static void RequireProgram(string program)
    {
        var why = OperatingSystem.IsLinux() ? IsInstalled(program) ? "" : $"{program} is not installed." : "The virtual serial ports are for Linux.";
        if (why.Length > 0 && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(why);
        }

        Assert.SkipUnless(why.Length == 0, why);
    }

    /// <summary>Runs one program on one board, which may be touched again when it has ended.</summary>
    public static Task<(int ExitCode, string Talk)> On(VirtualBoard board, string program, params string[] arguments) =>
        WithSocket([board], path => Run(path, program, arguments));

    /// <summary>The same for a program that opens a serial port, <see cref="SerialPort"/>.</summary>
    public static Task<(int ExitCode, string Talk)> OnSerialPort(VirtualBoard board, string program, params string[] arguments) =>
        WithSocket([board], path => RunWith(SerialLibrary, path, program, arguments));

    /// <summary>The serial port of the first board that is served.</summary>
    public const string SerialPort = "/dev/ttyBENCH0";

    /// <summary>Serves boards for as long as somebody does something with them.</summary>
    public static async Task<T> WithSocket<T>(IReadOnlyList<VirtualBoard> boards, Func<string, Task<T>> act)
    {
        var path = Path.Combine(Path.GetTempPath(), $"nrst-{Guid.NewGuid():N}.usb");
        using var server = new BenchUsbServer(new BoardShelf(boards), path);
        using var stop = new CancellationTokenSource();
        var serving = server.RunAsync(stop.Token);
        try
        {
            return await act(path);
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }

    /// <summary>Runs a program over a socket that somebody serves.</summary>
    public static Task<(int ExitCode, string Talk)> Run(string socket, string program, params string[] arguments) => RunWith(Library, socket, program, arguments);

    /// <summary>The same for a program that loads its libusb at run time, so that nothing has to be preloaded, and its sleeps are real ones.</summary>
    public static Task<(int ExitCode, string Talk)> Unhelped(string socket, string program, params string[] arguments) => RunWith(null, socket, program, arguments);

    private static Task<(int ExitCode, string Talk)> RunWith(string? library, string socket, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NRST_BENCH_USB"] = socket;
        start.Environment["NRST_LIBUSB"] = Library;
        if (library is not null)
        {
            start.Environment["LD_PRELOAD"] = library;
        }

        return Finish(Process.Start(start)!);
    }

    /// <summary>Waits for a program whose output goes here, and no longer than a test may last.</summary>
    public static async Task<(int ExitCode, string Talk)> Finish(Process started)
    {
        using var process = started;
        var talk = new StringBuilder();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            Assert.Fail($"{process.StartInfo.FileName} did not end within {s_patience.TotalMinutes} minutes:\n{talk}");
        }

        lock (talk)
        {
            return (process.ExitCode, talk.ToString());
        }

        void Hear(string? line)
        {
            lock (talk)
            {
                talk.AppendLine(line);
            }
        }
    }

    private static (string? Library, string Why) Build()
    {
        if (!IsInstalled("gcc"))
        {
            return (null, "gcc is not installed.");
        }

        var folder = Path.Combine(Repository.Root, "artifacts", "peers");
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "perf", "peers", "build.sh"), [folder]) { RedirectStandardError = true };
        using var build = Process.Start(start)!;
        var talk = build.StandardError.ReadToEnd();
        build.WaitForExit();
        return build.ExitCode == 0
            ? (Path.Combine(folder, "libusb-1.0.so.0"), "")
            : (null, $"perf/peers could not be built, which takes libc6-dev and libusb-1.0-0-dev: {talk}");
    }

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));
}
