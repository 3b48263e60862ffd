using System.Text.RegularExpressions;

namespace Nrst.Images.Tests;

public sealed partial class Every_error_code
{
    [Fact]
    public void Has_a_page_and_a_test()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Nrst.slnx")))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException("No repository above the tests.");
        }

        var raised = Codes(Path.Combine(root.FullName, "src/Nrst.Images"));
        var pages = Directory.GetFiles(Path.Combine(root.FullName, "data/errors"), "NRST40*.md");

        Assert.NotEmpty(raised);
        Assert.Equal(raised, Codes(Path.Combine(root.FullName, "tests/Nrst.Images.Tests")));
        Assert.All(raised, code => Assert.Contains(pages, page => Path.GetFileNameWithoutExtension(page) == code));
        foreach (var page in pages.Where(page => raised.Contains(Path.GetFileNameWithoutExtension(page))))
        {
            var lines = File.ReadAllLines(page);
            Assert.StartsWith($"# {Path.GetFileNameWithoutExtension(page)}: ", lines[0], StringComparison.Ordinal);
            Assert.Equal(["## What happened", "## Why, probably", "## What to do"], lines.Where(line => line.StartsWith("##", StringComparison.Ordinal)));
        }
    }

    private static SortedSet<string> Codes(string folder) =>
    [
        .. Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Code().Matches(File.ReadAllText(file)).Select(match => match.Value)),
    ];

    [GeneratedRegex(@"NRST40\d\d")]
    private static partial Regex Code();
}
