using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Nrst.Guest;

/// <summary>
/// A Linux with a USB stack, in QEMU, that shares this machine's file system and programs. It does jobs: pieces of bash. Its own end of the
/// conversation is <c>agent.sh</c>.
/// </summary>
internal sealed class LinuxGuest : IDisposable
{
    /// <summary>Where the guest sees <see cref="Folder"/>.</summary>
    public const string JobFolder = "/mnt/job";

    // From the power button to the agent's first word: 3 s on an idle machine with two cores.
    private static readonly TimeSpan s_boot = TimeSpan.FromSeconds(90);
    private static readonly string[] s_hidden = ["/tmp/", "/run/", "/var/tmp/", "/mnt/"];

    private readonly Process _qemu;
    private readonly Queue<string> _console = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _turn = new(1);
    private TcpClient? _line;
    private StreamReader? _heard;
    private StreamWriter? _said;
    private string? _dead;
    private int _jobs;

    private LinuxGuest(string prepared)
    {
        Folder = Directory.CreateTempSubdirectory("nrst-guest-").FullName;
        foreach (var script in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Nrst.Guest.Tests", "Guest"), "*.sh"))
        {
            File.Copy(script, Path.Combine(Folder, Path.GetFileName(script)));
        }

        _listener.Start();
        var port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        File.WriteAllText(Path.Combine(Folder, "port"), $"{port}\n");
        string[] needed = [Repository.Root, Path.GetDirectoryName(Dotnet)!];
        File.WriteAllLines(Path.Combine(Folder, "keep"), needed.Where(path => s_hidden.Any(path.StartsWith)));
        _qemu = Start(prepared, Folder);
        _qemu.OutputDataReceived += (_, line) => Hear(line.Data);
        _qemu.ErrorDataReceived += (_, line) => Hear(line.Data);
        _qemu.BeginOutputReadLine();
        _qemu.BeginErrorReadLine();
    }

    /// <summary>The program that runs .NET assemblies, here and in the guest.</summary>
    public static string Dotnet { get; } = Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet"
        ? new FileInfo(self).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? self
        : "/usr/bin/dotnet";

    /// <summary>A folder that both sides can write to; the guest's name of it is <see cref="JobFolder"/>.</summary>
    public string Folder { get; }

    /// <summary>From the start of QEMU to the first job.</summary>
    public TimeSpan BootTime { get; private set; }

    /// <param name="prepared">The folder with the kernel and the first file system, made by <c>prepare.sh</c>.</param>
    public static async Task<LinuxGuest> Boot(string prepared)
    {
        var guest = new LinuxGuest(prepared);
        try
        {
            var watch = Stopwatch.StartNew();
            using var patience = new CancellationTokenSource(s_boot);
            using var stopped = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            var accepted = guest._listener.AcceptTcpClientAsync(stopped.Token).AsTask();
            var ended = guest._qemu.WaitForExitAsync(stopped.Token);
            if (await Task.WhenAny(accepted, ended) != accepted || accepted.IsCanceled)
            {
                var what = guest._qemu.HasExited ? $"The guest switched itself off before it was up (QEMU: {guest._qemu.ExitCode})." : $"The guest did not boot within {s_boot.TotalSeconds} s.";
                await stopped.CancelAsync();
                throw new GuestException(what, guest.Console);
            }

            guest._line = await accepted;
            guest._heard = new StreamReader(guest._line.GetStream());
            guest._said = new StreamWriter(guest._line.GetStream()) { AutoFlush = true };
            if (await guest._heard.ReadLineAsync(patience.Token) != "up")
            {
                throw new GuestException("The guest's agent did not report.", guest.Console);
            }

            guest.BootTime = watch.Elapsed;
            return guest;
        }
        catch
        {
            guest.Dispose();
            throw;
        }
    }

    /// <summary>Runs a piece of bash, which ends at the first command that fails, and returns what it printed and its exit code (124: out of time).</summary>
    public async Task<GuestRun> Run(string job, int seconds = 60)
    {
        await _turn.WaitAsync();
        try
        {
            if (_dead is not null)
            {
                throw new GuestException(_dead, Console);
            }

            var number = ++_jobs;
            await File.WriteAllTextAsync(At($"{number}.sh"), $"set -euo pipefail\n{job}\n");
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds + 30));
            try
            {
                await _said!.WriteLineAsync($"{number} {seconds}".AsMemory(), patience.Token);
                var answer = (await _heard!.ReadLineAsync(patience.Token))?.Split(' ');
                if (answer is [var which, var code] && which == $"{number}")
                {
                    return new GuestRun(
                        job, int.Parse(code, CultureInfo.InvariantCulture), await File.ReadAllTextAsync(At($"{number}.out")), await File.ReadAllTextAsync(At($"{number}.err")));
                }

                _dead = $"The guest ended during job {number}.";
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                _dead = $"The guest no longer answers since job {number}.";
            }

            throw new GuestException($"{_dead} It was:\n{job}", Console);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Puts a file where the guest can read it, and returns the guest's name of it.</summary>
    public string Put(string name, ReadOnlySpan<byte> content)
    {
        File.WriteAllBytes(At(name), content);
        return $"{JobFolder}/{name}";
    }

    /// <summary>What a job wrote to a file of this name in <see cref="JobFolder"/>.</summary>
    public byte[] Get(string name) => File.ReadAllBytes(At(name));

    public void Dispose()
    {
        _line?.Dispose(); // the agent reads the end of its input, and the guest switches itself off
        if (!_qemu.WaitForExit(_line is null ? TimeSpan.Zero : TimeSpan.FromSeconds(10)))
        {
            _qemu.Kill();
            _qemu.WaitForExit();
        }

        _qemu.Dispose();
        _listener.Dispose();
        _heard?.Dispose();
        _turn.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static Process Start(string prepared, string folder)
    {
        string[] arguments =
        [
            "-accel", "tcg", "-M", "q35", "-cpu", "max", "-smp", "1", "-m", "1024", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-kernel", Path.Combine(prepared, "vmlinux"), "-initrd", Path.Combine(prepared, "initrd.cpio"),
            "-append", "console=ttyS0 quiet panic=-1 mitigations=off",
            "-netdev", "user,id=n0", "-device", "virtio-net-pci,netdev=n0",
            "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap", "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
            "-fsdev", $"local,id=job,path={folder},security_model=none", "-device", "virtio-9p-pci,fsdev=job,mount_tag=job",
        ];
        var start = new ProcessStartInfo("qemu-system-x86_64", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var qemu = Process.Start(start)!;
        qemu.StandardInput.Close();
        return qemu;
    }

    private string At(string name) => Path.Combine(Folder, name);

    private string Console
    {
        get
        {
            lock (_console)
            {
                return string.Join('\n', _console);
            }
        }
    }

    private void Hear(string? line)
    {
        lock (_console)
        {
            if (line is not null)
            {
                _console.Enqueue(line);
            }

            while (_console.Count > 50)
            {
                _console.Dequeue();
            }
        }
    }
}

/// <summary>The guest itself failed, not what was tested in it.</summary>
public sealed class GuestException(string what, string console) : Exception($"{what}\nThe end of its console:\n{console}");

/// <summary>What became of one job.</summary>
internal sealed record GuestRun(string Job, int ExitCode, string Output, string Talk)
{
    /// <summary>Fails with all that was printed when the exit code is another.</summary>
    public GuestRun Exits(int code)
    {
        Assert.True(ExitCode == code, $"exit code {ExitCode} instead of {code}\n--- job\n{Job}\n--- stdout\n{Output}\n--- stderr\n{Talk}");
        return this;
    }

    public GuestRun Succeeds() => Exits(0);
}
