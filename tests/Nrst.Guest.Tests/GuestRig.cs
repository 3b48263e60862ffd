using System.Diagnostics;

namespace Nrst.Guest;

/// <summary>
/// One guest for all tests of this project, started by the first test that wants it. No test passes when it does not boot.
/// </summary>
public sealed class GuestRig : IDisposable
{
    private static readonly string[] s_programs =
        ["qemu-system-x86_64", "usbip", "lsusb", "st-info", "st-flash", "openocd", "busybox", "cpio", "depmod", "timeout"];

    private readonly Lazy<Task<LinuxGuest>> _guest;

    public GuestRig() => _guest = new Lazy<Task<LinuxGuest>>(() => LinuxGuest.Boot(Prepared));

    private static string Prepared => Path.Combine(Repository.Root, "artifacts", "guest");

    /// <summary>What is missing on this machine, or null. Looked for once; it includes fetching the kernel when it is not there yet.</summary>
    private static readonly Lazy<string?> s_missing = new(Missing);

    /// <summary>The running guest. Skips the test where it cannot be had, and fails it where it has to be.</summary>
    internal Task<LinuxGuest> Guest()
    {
        if (s_missing.Value is { } missing)
        {
            var advice = $"{missing} './test' says which packages are wanted.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
            {
                Assert.Fail(advice);
            }

            Assert.Skip(advice);
        }

        return _guest.Value;
    }

    public void Dispose()
    {
        if (_guest.IsValueCreated && _guest.Value.IsCompletedSuccessfully)
        {
            _guest.Value.Result.Dispose();
        }
    }

    private static string? Missing()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "The guest uses this machine's programs, so this has to be Linux.";
        }

        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/sbin"];
        if (s_programs.FirstOrDefault(program => !folders.Any(folder => File.Exists(Path.Combine(folder, program)))) is { } absent)
        {
            return $"{absent} is not installed.";
        }

        var script = Path.Combine(Repository.Root, "tests", "Nrst.Guest.Tests", "Guest", "prepare.sh");
        using var prepare = Process.Start(new ProcessStartInfo("bash", [script, Prepared]) { RedirectStandardError = true, RedirectStandardInput = true })!;
        prepare.StandardInput.Close();
        var talk = prepare.StandardError.ReadToEndAsync();
        if (!prepare.WaitForExit(TimeSpan.FromMinutes(5)))
        {
            prepare.Kill(entireProcessTree: true);
            return "The guest's kernel could not be fetched within five minutes.";
        }

        return prepare.ExitCode == 0 ? null : $"The guest's kernel could not be prepared: {talk.Result.Trim()}.";
    }
}

[CollectionDefinition(Name)]
public sealed class InTheGuest : ICollectionFixture<GuestRig>
{
    public const string Name = "in the guest";
}
