using System.CommandLine;
using System.Text.Json.Nodes;
using Nrst.Cli.Output;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst list</c>: what can be selected, and how.</summary>
internal static class ListVerb
{
    public static Command Create() => new Command("list", "Probes, chips in their loaders, serial ports and virtual boards, and how to select them").Does(List);

    private static JsonObject List(Invocation call)
    {
        var (seen, problems) = Connection.Catalog.Survey();
        IReadOnlyList<ProbeListing> probes = [.. seen, .. Loaders.Catalog().Survey().Probes];
        var widest = probes.Select(probe => $"{probe.Selector}".Length).DefaultIfEmpty(0).Max();
        foreach (var probe in probes)
        {
            call.Screen.Result($"{probe.Selector.ToString()!.PadRight(widest)}  {probe.Kind}  {probe.Serial}  {probe.Target}".TrimEnd() + Problem(probe));
        }

        if (probes.Count == 0)
        {
            call.Screen.Result("nothing found");
        }

        foreach (var problem in probes.Select(probe => probe.Problem).OfType<NrstException>().Concat(problems))
        {
            call.Screen.Paragraph("note", $"{problem.Message} ({problem.Code})");
            ErrorReport.ShowRemedies(call.Screen, problem.Remedies);
        }

        if (probes.Count == 0)
        {
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
                ["problem"] = probe.Problem is { } problem ? ErrorReport.ToJson(problem) : null,
            })]),
            ["problems"] = new JsonArray([.. problems.Select(problem => (JsonNode)ErrorReport.ToJson(problem))]),
        };
    }

    private static string Problem(ProbeListing probe) => probe.CannotOpen is { } why ? $"  ({why.TrimEnd('.')})" : "";
}
