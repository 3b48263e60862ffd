namespace Nrst.Specs;

/// <summary>Where the checkout and the shared test input lie.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Real firmware that is not part of the repository; a test that needs an absent file skips and says so.</summary>
    public static string Firmware(string name)
    {
        var shared = Environment.GetEnvironmentVariable("NRST_SHARED") ?? Path.Combine(Root, "..", "shared");
        var path = Path.GetFullPath(Path.Combine(shared, "firmware", name));
        Assert.SkipUnless(File.Exists(path), $"{name} is not here: the folder {Path.GetDirectoryName(path)} holds the real firmware these tests want.");
        return path;
    }

    public static string Sample => Path.Combine(Root, "samples", "blink-f4.elf");

    public static bool HasFile(string path) => File.Exists(Path.Combine(Root, path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must run from inside a checkout.");
    }
}

/// <summary>A folder of its own for one test's boards and files, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("nrst-spec-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string File(string name, ReadOnlySpan<byte> content)
    {
        var path = File(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
