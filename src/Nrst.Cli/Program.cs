using System.CommandLine;
using Nrst;
using Nrst.Cli;
using Nrst.Cli.Output;
using Nrst.Cli.Verbs;

var root = new RootCommand("nrst programs STM32 microcontrollers, and says why when it cannot.")
{
    ListVerb.Create(),
    InfoVerb.Create(),
    FlashVerb.Create(),
    ResetVerb.Create(),
    ExplainVerb.Create(),
    BenchVerbs.Create(),
};
foreach (var memoryVerb in MemoryVerbs.Create())
{
    root.Subcommands.Add(memoryVerb);
}

root.Options.Add(Common.Json);

var line = root.Parse(args);
if (line.Errors.Count == 0)
{
    return line.Invoke();
}

var screen = Screen.ForProcess(args.Contains("--json"));
var verb = line.CommandResult.Command == root ? "" : line.CommandResult.Command.Name;
return Host.Fail(screen, verb, new UsageException("NRST0101", line.Errors[0].Message)
{
    LikelyCause = "The command line is not one that nrst understands.",
    Remedies = [new("See what it understands.", $"nrst {verb} --help".Replace("  ", " ", StringComparison.Ordinal))],
});
