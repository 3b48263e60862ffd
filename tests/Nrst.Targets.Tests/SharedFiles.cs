namespace Nrst.Targets.Tests;

/// <summary>Where the repository lies, and the reference files beside it.</summary>
internal static class SharedFiles
{
    public static string Root { get; } = FindRoot();

    /// <summary>A reference file; null where it is not there.</summary>
    public static string? Path(string name)
    {
        var folder = Environment.GetEnvironmentVariable("NRST_SHARED") ?? System.IO.Path.Combine(Root, "../shared");
        var path = System.IO.Path.Combine(folder, name);
        return File.Exists(path) ? path : null;
    }

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
