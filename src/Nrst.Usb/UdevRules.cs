namespace Nrst.Usb;

/// <summary>The rules that let users of a Linux machine open ST devices.</summary>
public static class UdevRules
{
    /// <summary>Where the file that comes with nrst lies in a checkout.</summary>
    public const string File = "packaging/udev/69-nrst.rules";

    public const string InstallCommand =
        $"sudo cp {File} /etc/udev/rules.d/ && sudo udevadm control --reload && sudo udevadm trigger";

    private static readonly string[] Folders = ["etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d"];

    /// <summary>The installed rule files that speak of ST-LINKs, those of other programs included.</summary>
    /// <param name="root">The root of the file system.</param>
    public static IReadOnlyList<string> Installed(string root = "/")
    {
        var found = new List<string>();
        foreach (var folder in Folders)
        {
            try
            {
                found.AddRange(Directory.GetFiles(Path.Combine(root, folder), "*.rules")
                    .Where(SpeaksOfStLinks)
                    .Select(path => $"/{folder}/{Path.GetFileName(path)}"));
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // There is no such folder here.
            }
        }

        // On most systems /lib is another name for /usr/lib.
        return [.. found.DistinctBy(Path.GetFileName)];
    }

    private static bool SpeaksOfStLinks(string path)
    {
        var rules = System.IO.File.ReadLines(path).Where(line => !line.TrimStart().StartsWith('#'));
        return rules.Any(line => line.Contains("0483", StringComparison.Ordinal) && line.Contains("374", StringComparison.Ordinal));
    }
}
