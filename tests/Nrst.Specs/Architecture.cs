using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Nrst.Specs;

/// <summary>What holds for the repository as a whole and no compiler checks.</summary>
public sealed partial class Architecture
{
    /// <summary>Who may use whom. Everything may use Core; what is not listed is forbidden.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Nrst.Core"] = [],
        ["Nrst.Images"] = ["Nrst.Core"],
        ["Nrst.Targets"] = ["Nrst.Core"],
        ["Nrst.Usb"] = ["Nrst.Core"],
        ["Nrst.Arm"] = ["Nrst.Core"],
        ["Nrst.Probes.StLink"] = ["Nrst.Core", "Nrst.Usb"],
        ["Nrst.Bootloaders"] = ["Nrst.Core", "Nrst.Usb", "Nrst.Targets"],
        ["Nrst.Flash"] = ["Nrst.Core", "Nrst.Arm", "Nrst.Images", "Nrst.Targets"],
        ["Nrst.VirtualBench"] = ["Nrst.Core", "Nrst.Targets"],
        ["Nrst"] = ["Nrst.Core", "Nrst.Bootloaders", "Nrst.Flash", "Nrst.Probes.StLink", "Nrst.Usb", "Nrst.Arm", "Nrst.Images", "Nrst.Targets"],
        ["Nrst.Cli"] =
        [
            "Nrst.Core", "Nrst.Bootloaders", "Nrst.Flash", "Nrst.Probes.StLink", "Nrst.Usb", "Nrst.Arm", "Nrst.Images", "Nrst.Targets",
            "Nrst.VirtualBench", "Nrst",
        ],
    };

    /// <summary>The verbs of the command line, as README.md lists them.</summary>
    private static readonly string[] Verbs =
        ["list", "info", "flash", "verify", "read", "write", "erase", "reset", "doctor", "chips", "explain", "bench"];

    private static readonly string Root = FindRoot();

    [Fact]
    public void A_project_uses_only_what_it_may()
    {
        var projects = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories);

        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), projects.Select(Name).Order(StringComparer.Ordinal));
        foreach (var project in projects)
        {
            var forbidden = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Name(reference.Attribute("Include")!.Value))
                .Except(Allowed[Name(project)]);
            Assert.Equal([], forbidden.Select(other => $"{Name(project)} uses {other}"));
        }

        // The last part of a path written with either slash.
        static string Name(string path) => Path.GetFileNameWithoutExtension(path.Replace('\\', '/'));
    }

    [Fact]
    public void The_virtual_bench_and_the_drivers_never_name_each_other()
    {
        var namespaces = new Dictionary<string, string[]>
        {
            ["Nrst.VirtualBench"] = ["Nrst.Bootloaders", "Nrst.Flash", "Nrst.Arm", "Nrst.Probes", "Nrst.Usb"],
            ["Nrst.Bootloaders"] = ["Nrst.VirtualBench", "Nrst.Flash", "Nrst.Arm", "Nrst.Probes"],
            ["Nrst.Flash"] = ["Nrst.VirtualBench", "Nrst.Probes", "Nrst.Bootloaders"],
            ["Nrst.Arm"] = ["Nrst.VirtualBench", "Nrst.Probes", "Nrst.Flash"],
            ["Nrst.Probes.StLink"] = ["Nrst.VirtualBench", "Nrst.Flash", "Nrst.Arm"],
        };

        foreach (var (project, others) in namespaces)
        {
            foreach (var source in Sources(project))
            {
                var named = others.Where(other => File.ReadAllText(source).Contains($"using {other}", StringComparison.Ordinal));
                Assert.Equal([], named.Select(other => $"{source} uses {other}"));
            }
        }
    }

    [Fact]
    public void Every_error_code_has_a_page_and_every_page_an_error()
    {
        var raised = Sources("")
            .SelectMany(source => CodeLiteral().Matches(File.ReadAllText(source)))
            .Select(match => match.Groups[1].Value)
            .Distinct().Order(StringComparer.Ordinal).ToArray();
        var explained = Pages().Select(page => Path.GetFileNameWithoutExtension(page)).ToArray();

        Assert.NotEmpty(raised);
        Assert.Equal([], raised.Except(explained).Select(code => $"{code} has no page in data/errors"));
        Assert.Equal([], explained.Except(raised).Select(code => $"{code} has a page, but nothing raises it"));
    }

    [Fact]
    public void Every_error_page_says_what_why_and_what_to_do()
    {
        var flaws = new List<string>();
        foreach (var page in Pages())
        {
            var lines = File.ReadAllLines(page);
            var code = Path.GetFileNameWithoutExtension(page);
            if (!Regex.IsMatch(lines[0], $"^# {code}: \\S.*[^.]$"))
            {
                flaws.Add($"{code}: the first line is not '# {code}: Title'");
            }

            string[] wanted = ["## What happened", "## Why, probably", "## What to do"];
            if (!lines.Where(line => line.StartsWith("## ", StringComparison.Ordinal)).SequenceEqual(wanted))
            {
                flaws.Add($"{code}: the sections are not {string.Join(", ", wanted)}");
            }
        }

        Assert.Equal([], flaws);
    }

    [Fact]
    public void Every_command_that_is_advised_exists()
    {
        var advised = Sources("").SelectMany(source => AdvisedInSource().Matches(File.ReadAllText(source)), (source, match) => (source, match))
            .Concat(Pages().SelectMany(page => AdvisedOnPage().Matches(File.ReadAllText(page)), (page, match) => (page, match)));

        Assert.Equal([], advised.Where(found => !Verbs.Contains(found.Item2.Groups[1].Value)).Select(found => $"{found.Item1}: {found.Item2.Value}"));
    }

    [Fact]
    public void No_file_knows_the_machine_it_was_written_on()
    {
        // In two pieces, or this file would be the first to be found.
        var workplace = new Regex("(?<![\\w.~-])/wo" + "rk/");

        Assert.Equal([], Files(Root).Where(file => workplace.IsMatch(File.ReadAllText(file, Encoding.Latin1))));
    }

    private static IEnumerable<string> Sources(string project) =>
        Files(Path.Combine(Root, "src", project)).Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    private static string[] Pages() => Directory.GetFiles(Path.Combine(Root, "data/errors"), "*.md");

    private static IEnumerable<string> Files(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder).Where(file => Path.GetFileName(file) != ".git"))
        {
            yield return file;
        }

        foreach (var inner in Directory.EnumerateDirectories(folder).Where(inner =>
            Path.GetFileName(inner) is not (".git" or ".vs" or "artifacts" or "bin" or "obj" or "TestResults")))
        {
            foreach (var file in Files(inner))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("Nrst.slnx lies in none of the folders above the tests.");
    }

    [GeneratedRegex("\"(NRST\\d{4})\"")]
    private static partial Regex CodeLiteral();

    [GeneratedRegex(",\\s*\\$?\"nrst ([a-z][a-z-]*)")] // the second argument of a Remedy
    private static partial Regex AdvisedInSource();

    [GeneratedRegex("`(?:\\./)?nrst ([a-z][a-z-]*)")]
    private static partial Regex AdvisedOnPage();
}
