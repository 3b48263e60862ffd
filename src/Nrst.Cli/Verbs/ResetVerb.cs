using System.CommandLine;
using System.Text.Json.Nodes;
using Nrst.Arm;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst reset</c>: by the debug port, the core alone, or the pin.</summary>
internal static class ResetVerb
{
    private static readonly Option<bool> Halt = new("--halt") { Description = "Stop before the first instruction" };

    private static readonly Option<string> Kind = new("--kind")
    {
        Description = "system (SYSRESETREQ), core (VECTRESET) or pin (NRST)",
        HelpName = "KIND",
        DefaultValueFactory = _ => "system",
    };

    public static Command Create() => new Command("reset", "Reset the chip and let it run") { Kind, Halt }.WithTarget().Does(Reset);

    private static JsonObject Reset(Invocation call)
    {
        var (text, halt) = (call.Line.GetValue(Kind)!, call.Line.GetValue(Halt));
        var kind = text switch
        {
            "system" => ResetKind.System,
            "core" => ResetKind.Core,
            "pin" => ResetKind.Pin,
            _ => throw new UsageException("NRST0113", $"'{text}' is not a kind of reset.")
            {
                LikelyCause = "--kind takes system, core or pin.",
            },
        };
        using var route = Route.Open(call);
        route.Programmer.Reset(kind, halt);
        call.Screen.Result($"{route.ChipName} is reset and {(halt ? "halted before its first instruction" : "running")}.");
        return new JsonObject { ["chip"] = route.Chip(), ["kind"] = text, ["halted"] = halt };
    }
}
