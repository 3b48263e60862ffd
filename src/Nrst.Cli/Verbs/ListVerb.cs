using System.CommandLine;
using System.Text.Json.Nodes;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst list</c>: what can be selected, and how.</summary>
internal static class ListVerb
{
    public static Command Create() => new Command("list", "Probes and virtual boards, and how to select them").Does(List);

    private static JsonObject List(Invocation call)
    {
        var probes = Connection.Catalog.List();
        var widest = probes.Select(probe => $"{probe.Selector}".Length).DefaultIfEmpty(0).Max();
        foreach (var probe in probes)
        {
            call.Screen.Result($"{probe.Selector.ToString()!.PadRight(widest)}  {probe.Kind}  {probe.Serial}  {probe.Target}{Problem(probe)}");
        }

        if (probes.Count == 0)
        {
            call.Screen.Result("nothing found");
            call.Screen.Paragraph("note", "This version reaches virtual boards and probes behind an stlink-server (tcp:HOST:PORT), not USB yet.");
            call.Screen.Paragraph("do", "Make a virtual board by using it: nrst info --probe virtual:STM32F407VG");
        }

        return new JsonObject
        {
            ["probes"] = new JsonArray([.. probes.Select(probe => new JsonObject
            {
                ["selector"] = probe.Selector.ToString(),
                ["kind"] = probe.Kind,
                ["serial"] = probe.Serial,
                ["target"] = probe.Target,
                ["cannotOpen"] = probe.CannotOpen,
            })]),
        };
    }

    private static string Problem(ProbeListing probe) => probe.CannotOpen is { } why ? $"  ({why})" : "";
}
