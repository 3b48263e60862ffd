using System.Globalization;
using Nrst.Perf.Host;

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine("perf/host [--runs N]");
    return 2;
}

var rows = new HostCampaign(options, Console.Error.WriteLine).Run();
var text = HostReport.Text(rows, options.Runs);
Console.WriteLine(text);
File.WriteAllText(Path.Combine(options.Root, "perf", "RESULTS-host.md"), text + "\n");
return rows.Any(row => row.Failure is not null) ? 1 : 0;

/// <param name="Runs">Of each command; the figures are medians.</param>
internal sealed record Options(string Root, int Runs)
{
    private const int Fewest = 3;

    public static Options? Parse(string[] args)
    {
        var options = new Options(Directory.GetCurrentDirectory(), 15);
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i])
            {
                case "--root" when i + 1 < args.Length:
                    options = options with { Root = args[i + 1] };
                    break;
                case "--runs" when i + 1 < args.Length
                    && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var runs) && runs >= Fewest:
                    options = options with { Runs = runs };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
