using System.Globalization;
using Nrst.Perf;
using Nrst.Perf.Loaders;

if (args is [Alone.Verb, _, _, _, _, _])
{
    Alone.Run(args[1..]);
    return 0;
}

if (args is [AloneInTheLoader.Verb, _, _, _, _])
{
    AloneInTheLoader.Run(args[1..]);
    return 0;
}

var options = Options.Parse(args);
if (options is null)
{
    Console.Error.WriteLine("perf/run [--nrst-only] [--quick] [--peers-usual] [--case F103|F407|H743|H725|L073|L476|G071|H563]");
    Console.Error.WriteLine("perf/run --bootloaders [--nrst-only] [--case F072|F103|F407|F746|G071|G0B1|G474|H743|L073|L476|U575|WB55]");
    Console.Error.WriteLine("perf/run --boards [--case F103|F407|H743|H725|L073|L476|G071|H563]");
    return 2;
}

Tools.Library = Path.Combine(options.Root, "artifacts", "peers", "libusb-1.0.so.0") is var library && File.Exists(library) ? library : null;
if (options.Boards)
{
    var gangs = new GangReport(Console.Error.WriteLine);
    gangs.Measure(options.Case);
    Console.WriteLine(gangs.Text());
    if (options.Case is null)
    {
        await File.WriteAllTextAsync(Path.Combine(options.Root, "perf", "RESULTS-boards.md"), gangs.Text());
    }

    return gangs.Failed ? 1 : 0;
}

if (options.Bootloaders)
{
    var measured = await new LoaderCampaign(options.NrstOnly, options.Case, Console.Error.WriteLine).Run();
    var table = new LoaderReport(measured).Text();
    Console.WriteLine(table);
    if (options is { Case: null, NrstOnly: false } && Tools.Library is not null)
    {
        await File.WriteAllTextAsync(Path.Combine(options.Root, "perf", "RESULTS-bootloaders.md"), table);
    }

    return measured.Any(one => one.Failure is not null && one.Tool == LoaderCampaign.Nrst) ? 1 : 0;
}

var results = await new Campaign(options, Console.Error.WriteLine).Run();
var report = new Report(results);
Console.WriteLine(report.Text());
if (options is { Case: null, NrstOnly: false, Quick: false })
{
    await File.WriteAllTextAsync(Path.Combine(options.Root, "perf", "RESULTS.md"), report.Text());
    await File.WriteAllTextAsync(Path.Combine(options.Root, "perf", "results.json"), report.Json());
}

return results.Any(one => one.Failure is not null && one.Tool == Campaign.Nrst) ? 1 : 0;

/// <param name="Bootloaders">Through the loaders in the ROMs, and nothing else.</param>
/// <param name="PeersUsual">The others under the usual setting alone, nrst under all.</param>
/// <param name="Boards">Instead of the comparison: nrst with many boards at once.</param>
internal sealed record Options(string Root, string? Case, bool NrstOnly, bool Quick, bool PeersUsual, bool Bootloaders = false, bool Boards = false)
{
    public static Options? Parse(string[] args)
    {
        var options = new Options(Directory.GetCurrentDirectory(), null, false, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--root" when i + 1 < args.Length:
                    options = options with { Root = args[++i] };
                    break;
                case "--case" when i + 1 < args.Length && FlashCase.All.Select(one => one.Name).Concat(LoaderCase.All.Select(one => one.Name)).Contains(args[i + 1], StringComparer.OrdinalIgnoreCase):
                    options = options with { Case = args[++i].ToUpper(CultureInfo.InvariantCulture) };
                    break;
                case "--nrst-only":
                    options = options with { NrstOnly = true };
                    break;
                case "--peers-usual":
                    options = options with { PeersUsual = true };
                    break;
                case "--boards":
                    options = options with { Boards = true };
                    break;
                case "--bootloaders":
                    options = options with { Bootloaders = true };
                    break;
                case "--quick":
                    options = options with { Quick = true };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
