namespace Nrst.Perf.Host;

/// <summary>The commands that are measured, one after the other.</summary>
internal sealed class HostCampaign(Options options, Action<string> say)
{
    public const string Hello = "hello world, built the same way";
    public const string Version = "nrst --version";
    public const string Again = "nrst flash, served board on USB, the same again";
    public const string AgainBig = "the same, 30 MB of debug information in the ELF";
    public const string Over = "nrst flash, served board on USB, over other contents";
    public const string OverServer = "nrst flash, served board behind an stlink-server, over other contents";
    private const string Installed = ", published for the .NET that is installed";

    private const int ImageBytes = 64 * 1024;
    private const int DebugBytes = 30_000_000;
    private const string Chip = "STM32F407VG";

    private readonly string _published = Path.Combine(options.Root, "artifacts", "host");
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-host-").FullName;

    public IReadOnlyList<HostRow> Run()
    {
        try
        {
            // Boards and notes of its own: those of whoever measures stay as they are.
            var environment = new Dictionary<string, string>
            {
                ["NRST_BENCH_DIR"] = Path.Combine(_folder, "bench"),
                ["XDG_STATE_HOME"] = Path.Combine(_folder, "state"),
                ["NRST_BENCH_USB"] = Path.Combine(_folder, "bench.usb"),
                ["NRST_LIBUSB"] = Path.Combine(options.Root, "artifacts", "peers", "libusb-1.0.so.0"),
            };
            return [.. Rows(new Measurer(Path.Combine(_published, "measure"), environment), environment)];
        }
        finally
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private IEnumerable<HostRow> Rows(Measurer measurer, Dictionary<string, string> environment)
    {
        var (nrst, installed) = (Path.Combine(_published, "Nrst.Cli", "nrst-cli"), Path.Combine(_published, "for-installed", "nrst-cli"));
        var (small, other, big) = (Image("app.elf", 1, 0), Image("other.elf", 2, 0), Image("debug.elf", 1, DebugBytes));

        yield return Row(Hello, Path.Combine(_published, "Nrst.Hello", "Nrst.Hello"));
        yield return Row(Version, nrst, "--version");
        yield return Row(Version + Installed, installed, "--version");
        yield return Row("nrst --help", nrst, "--help");
        yield return Row("nrst explain NRST2005", nrst, "explain", "NRST2005");
        yield return Row($"nrst chips {Chip}", nrst, "chips", Chip);
        foreach (var tool in (string[])["st-flash", "openocd"])
        {
            yield return OnPath(tool) ? Row($"{tool} --version", tool, "--version") : new HostRow($"{tool} --version", double.NaN, double.NaN, double.NaN, "not installed");
        }

        string[] alone = ["flash", small, "--probe", $"virtual:{Chip}"];
        measurer.Run(1, [nrst, .. alone]);
        yield return Row("nrst flash, virtual board in the same process, the same again", [nrst, .. alone]);

        using var board = new ServedBoard(nrst, Chip, environment);
        measurer.Run(1, Flash(small, ServedBoard.Usb));
        yield return Row(Again, Flash(small, ServedBoard.Usb));
        yield return Row(AgainBig, Flash(big, ServedBoard.Usb));
        yield return InTurn(Over, ServedBoard.Usb);
        yield return InTurn(OverServer, board.Server);
        yield return InTurn(Over + Installed, ServedBoard.Usb, installed);

        string[] Flash(string file, string probe, string? program = null) => [program ?? nrst, "flash", file, "--probe", probe];

        HostRow InTurn(string what, string probe, string? program = null)
        {
            say(what);
            return HostRow.Of(
                what, [.. Enumerable.Range(0, options.Runs).SelectMany(run => measurer.Run(1, Flash(run % 2 == 0 ? other : small, probe, program)))]);
        }

        HostRow Row(string what, params string[] command)
        {
            say(what);
            return HostRow.Of(what, measurer.Run(options.Runs, command));
        }
    }

    private string Image(string name, int seed, int debugBytes)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, Firmware.Elf(Firmware.Bytes(ImageBytes, seed), debugBytes));
        return path;
    }

    private static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
