using System.Text.RegularExpressions;
using Nrst.Probes.StLink;

namespace Nrst.Usb.Tests;

public sealed partial class The_rule_file : IDisposable
{
    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Covers_every_probe_that_is_known_and_the_bootloader()
    {
        var covered = ProductRule().Matches(Text).Select(match => Convert.ToUInt16(match.Groups[1].Value, 16)).ToList();
        var known = Enumerable.Range(0, 0x10000).Select(pid => (ushort)pid).Where(pid => StLinkIds.IsStLink(0x0483, pid));

        Assert.Equal([.. known, (ushort)0xDF11], covered.Order());
    }

    [Fact]
    public void Gives_access_both_ways_and_in_time_for_uaccess()
    {
        Assert.All(Text.Split('\n').Where(line => line.StartsWith("ATTR{idProduct}", StringComparison.Ordinal)),
            line => Assert.Contains("MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"", line, StringComparison.Ordinal));
        Assert.True(string.CompareOrdinal(Path.GetFileName(UdevRules.File), "73-seat-late.rules") < 0);
    }

    [Fact]
    public void Is_found_where_it_is_installed_and_so_are_those_of_others()
    {
        Assert.Empty(UdevRules.Installed(_machine.Root));

        _machine.WithFile("etc/udev/rules.d/69-nrst.rules", Text)
            .WithFile("usr/lib/udev/rules.d/60-openocd.rules", "ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3748\", MODE=\"660\"\n")
            .WithFile("lib/udev/rules.d/60-openocd.rules", "ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3748\", MODE=\"660\"\n")
            .WithFile("lib/udev/rules.d/70-comment.rules", "# ATTRS{idVendor}==\"0483\", ATTRS{idProduct}==\"3748\"\n")
            .WithFile("lib/udev/rules.d/80-other.rules", "ATTRS{idVendor}==\"1366\"\n");

        Assert.Equal(["/etc/udev/rules.d/69-nrst.rules", "/usr/lib/udev/rules.d/60-openocd.rules"], UdevRules.Installed(_machine.Root));
    }

    private static string Text
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("Nrst.slnx is in none of the folders above the tests.");
            }

            return File.ReadAllText(Path.Combine(folder.FullName, UdevRules.File));
        }
    }

    [GeneratedRegex("^ATTR\\{idProduct\\}==\"([0-9a-f]{4})\"", RegexOptions.Multiline)]
    private static partial Regex ProductRule();
}
