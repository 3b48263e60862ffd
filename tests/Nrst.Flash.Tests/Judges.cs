using System.Diagnostics;

namespace Nrst.Flash.Tests;

/// <summary>Other people's programs, run in a folder of their own.</summary>
internal sealed class Judges : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("nrst-flash-").FullName;

    public static string Root { get; } = FindRoot();

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Run(string program, params string[] arguments)
    {
        var (exit, output, error) = Try(program, arguments);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)}: {error}{output}");
        return output;
    }

    /// <summary>The same for a program whose exit code says nothing.</summary>
    public (int Exit, string Output, string Error) Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    /// <summary>Skips where a program is missing; fails instead where everything must be there.</summary>
    public static void Require(params string[] programs)
    {
        var missing = programs.Where(program => !Installed(program)).ToList();
        if (missing.Count > 0)
        {
            var text = $"{string.Join(", ", missing)} not installed";
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{text}, and CI needs it.");
            Assert.Skip(text);
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static bool Installed(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator)
        .Any(folder => File.Exists(System.IO.Path.Combine(folder, program)));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Nrst.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Nrst.slnx lies in none of the folders above the tests.");
    }
}
