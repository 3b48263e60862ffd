using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary>The real executable, run as a user runs it, with a bench of its own.</summary>
internal sealed class CommandLine : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static readonly string Program = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Nrst.Cli", new DirectoryInfo(AppContext.BaseDirectory).Name, "nrst-cli.dll"));

    private readonly TemporaryFolder _folder = new();

    public string Folder => _folder.Path;

    /// <summary>What is run: the program as it was built, or a copy that a test has changed.</summary>
    public string Copy { get; init; } = Program;

    /// <summary>Variables the program is started with, beside those it inherits.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    public string Bench => Path.Combine(_folder.Path, "bench");

    public string File(string name, ReadOnlySpan<byte> content) => _folder.File(name, content);

    public Outcome Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return Finish(process, arguments);
    }

    /// <summary>Runs a shell line in which <c>"$@"</c> is nrst with the arguments.</summary>
    public Outcome RunInShell(string line, params string[] arguments)
    {
        using var process = Launch("sh", ["-c", line, "sh", "dotnet", Program, .. arguments]);
        return Finish(process, arguments);
    }

    public Process Start(params string[] arguments) => Launch("dotnet", [Copy, .. arguments]);

    private Process Launch(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["NRST_BENCH_DIR"] = Bench;
        start.Environment["XDG_STATE_HOME"] = Path.Combine(Folder, "state"); // what is remembered of one test is nothing to the next
        foreach (var (name, value) in Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static Outcome Finish(Process process, params string[] arguments)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var talk = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"nrst {string.Join(' ', arguments)} did not end within {Limit.TotalSeconds} s.");
        }

        return new Outcome(process.ExitCode, output.GetAwaiter().GetResult(), talk.GetAwaiter().GetResult());
    }

    public void Dispose() => _folder.Dispose();

    internal sealed record Outcome(int ExitCode, string Output, string Talk)
    {
        public JsonObject Document => JsonNode.Parse(Output)!.AsObject();

        public JsonObject Result => Document["result"]!.AsObject();

        /// <summary>Fails with all that was printed when the exit code is another.</summary>
        public Outcome Exits(int code)
        {
            Assert.True(ExitCode == code, $"exit code {ExitCode} instead of {code}\n--- stdout\n{Output}\n--- stderr\n{Talk}");
            return this;
        }
    }
}
