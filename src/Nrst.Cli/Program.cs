using System.CommandLine;
using System.CommandLine.Help;
using Nrst;
using Nrst.Cli;
using Nrst.Cli.Output;
using Nrst.Cli.Verbs;

// Not a RootCommand: that one would call itself by the name of the file it was started from.
var root = new Command("nrst", "Programs STM32 microcontrollers, and says why when it cannot.")
{
    ListVerb.Create(),
    InfoVerb.Create(),
    FlashVerb.Create(),
    MemoryVerbs.CreateVerify(),
    MemoryVerbs.CreateRead(),
    MemoryVerbs.CreateWrite(),
    MemoryVerbs.CreateErase(),
    ResetVerb.Create(),
    DoctorVerb.Create(),
    ChipsVerb.Create(),
    ExplainVerb.Create(),
    BenchVerbs.Create(),
    Common.Json,
    new HelpOption(),
    new VersionOption(),
};

if (args is [])
{
    root.Parse(["--help"]).Invoke();
    return ErrorReport.ExitCode(new UsageException("NRST0101", "Nothing was asked for."));
}

var line = root.Parse(args);
if (line.Errors.Count == 0)
{
    return line.Invoke();
}

var verb = line.CommandResult.Command == root ? "" : line.CommandResult.Command.Name;
var help = verb.Length == 0 ? "nrst --help" : $"nrst {verb} --help";
return Host.Fail(Screen.ForProcess(args.Contains("--json")), verb, new UsageException("NRST0101", line.Errors[0].Message)
{
    LikelyCause = "The command line is not one that nrst understands.",
    Remedies = [new("See what it understands.", help)],
});
