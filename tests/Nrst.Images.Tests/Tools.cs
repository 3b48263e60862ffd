using System.Diagnostics;

namespace Nrst.Images.Tests;

/// <summary>The judges: other people's programs, run in a folder of their own.</summary>
internal sealed class Tools : IDisposable
{
    public const string Objcopy = "arm-none-eabi-objcopy";
    public const string SrecCat = "srec_cat";
    public const string Gcc = "arm-none-eabi-gcc";

    public string Folder { get; } = Directory.CreateTempSubdirectory("nrst-images-").FullName;

    public string Path(string name) => System.IO.Path.Combine(Folder, name);

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(Path(name), content);
        return Path(name);
    }

    public string Write(string name, string content)
    {
        File.WriteAllText(Path(name), content);
        return Path(name);
    }

    public byte[] Bytes(string name) => File.ReadAllBytes(Path(name));

    public string Run(string program, params string[] arguments)
    {
        Require(program);
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
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {error.Result}{output}");
        return output;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>A file others share with this repository; the test is skipped where it is absent.</summary>
    public static string Shared(string name)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "Nrst.slnx")))
        {
            root = root.Parent;
        }

        var shared = Environment.GetEnvironmentVariable("NRST_SHARED") ?? System.IO.Path.Combine(root?.FullName ?? ".", "../shared");
        var path = System.IO.Path.Combine(shared, name);
        Assert.SkipUnless(File.Exists(path), $"{path} is not there.");
        return path;
    }

    private static void Require(string program)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
            .Any(folder => File.Exists(System.IO.Path.Combine(folder, program)) || File.Exists(System.IO.Path.Combine(folder, program + ".exe")));
        if (!found)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{program} is not installed, and CI needs it.");
            Assert.Skip($"{program} is not installed.");
        }
    }
}
