using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Diagnosis;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst doctor --probe serial:… | dfu</c>: looks for the loader in the chip's ROM, and for the wires that lead to it.</summary>
internal static class LoaderDoctorVerb
{
    public static JsonObject Examine(Invocation call, ProbeSelector selector)
    {
        var chip = call.Line.GetValue(Common.Chip);
        var seen = selector is ProbeSelector.SerialPort port ? AtPort(call, port, chip) : LoaderDoctor.Look(Loaders.Catalog(call), selector, chip);
        Show(call.Screen, seen);
        return DoctorVerb.Result(call.Screen, LoaderRules.Conclude(seen), Json(seen));
    }

    private static LoaderObservations AtPort(Invocation call, ProbeSelector.SerialPort port, string? chip)
    {
        _ = Loaders.Wiring(call); // what cannot be read is no wiring to try
        try
        {
            var (line, clock) = Loaders.OpenLine(port);
            return LoaderDoctor.Look(line, clock, port, chip, call.Line.GetValue(Common.BootWires), Loaders.Parity(call), call.Cancel);
        }
        catch (ProbeException problem)
        {
            return new LoaderObservations($"{port}") { Problem = problem };
        }
    }

    private static void Show(Screen screen, LoaderObservations seen)
    {
        if (seen.Talk is { } talk)
        {
            screen.Field("heard", $"without asking, {talk}");
        }

        foreach (var trial in seen.Trials)
        {
            screen.Field("wiring", LoaderRules.Line(trial));
        }

        screen.Field("loader", seen.Loader is { } loader ? $"{loader} at {seen.Place}" : $"none at {seen.Place}");
        screen.Field("chip", seen.Chip ?? "not reached");
        foreach (var note in seen.Notes)
        {
            screen.Field("note", note);
        }

        if (seen.Works is { } works)
        {
            screen.Field("use", $"--boot-wiring {works}");
        }
    }

    private static JsonObject Json(LoaderObservations seen) => new()
    {
        ["place"] = seen.Place,
        ["talk"] = seen.Talk,
        ["wirings"] = new JsonArray([.. seen.Trials.Select(trial => new JsonObject
        {
            ["wiring"] = trial.Wiring,
            ["answer"] = trial.Answer.ToString().ToLowerInvariant(),
            ["seen"] = trial.Seen,
            ["letsGo"] = trial.LetsGo,
        })]),
        ["works"] = seen.Works,
        ["loader"] = seen.Loader,
        ["chip"] = seen.Chip,
        ["notes"] = new JsonArray([.. seen.Notes.Select(note => (JsonNode)note)]),
    };
}
