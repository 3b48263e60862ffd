using System.Diagnostics;

namespace Nrst.Specs;

/// <summary>Wireshark without its windows, as a judge of capture files.</summary>
internal static class Tshark
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Skips where tshark is not installed; with CI=true that is a failure.</summary>
    public static void MustBeThere()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, "tshark"))))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "tshark is not installed, and with CI=true that is a failure.");
            Assert.Skip("tshark is not installed (Debian package tshark).");
        }
    }

    /// <summary>The named fields of every frame that the filter lets through.</summary>
    public static string[][] Fields(string file, string? filter, params string[] fields)
    {
        string[] arguments =
        [
            "-n", "-r", file, .. filter is null ? Array.Empty<string>() : ["-Y", filter],
            "-T", "fields", "-E", "separator=/t", .. fields.SelectMany(field => (string[])["-e", field]),
        ];
        return [.. Run(arguments).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t'))];
    }

    /// <summary>What the dissectors object to: malformed frames, and notes, warnings and errors of theirs.</summary>
    public static string[] Objections(string file) =>
        [.. Fields(file, "_ws.malformed || _ws.expert.severity >= 0x400000", "frame.number", "_ws.expert.message").Select(frame => string.Join(' ', frame))];

    private static string Run(string[] arguments)
    {
        var start = new ProcessStartInfo("tshark") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, talk) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"tshark did not end within {Limit.TotalSeconds} s.");
        }

        Assert.True(process.ExitCode == 0, $"tshark {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{talk.GetAwaiter().GetResult()}");
        return output.GetAwaiter().GetResult();
    }
}
