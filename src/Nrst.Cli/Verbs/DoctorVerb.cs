using System.CommandLine;
using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Diagnosis;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst doctor</c>: looks at the machine, the probes and the way to the chip, and says what is wrong.</summary>
internal static class DoctorVerb
{
    private static readonly Option<bool> MayReset = new("--reset") { Description = "The chip may be reset, to see what NRST and a reset request do" };

    public static Command Create() => new Command("doctor", "Look at machine, probe and chip, and say what is wrong") { MayReset }.WithTarget().Does(Examine);

    private static JsonObject Examine(Invocation call)
    {
        if (Connection.Selector(call) is (ProbeSelector.Dfu or ProbeSelector.SerialPort) and { } loader)
        {
            return LoaderDoctorVerb.Examine(call, loader);
        }

        var seen = Doctor.Look(Connection.CatalogFor(call), Connection.Selector(call), Connection.Options(call), call.Line.GetValue(MayReset));
        var findings = MachineRules.Conclude(seen);
        Show(call.Screen, seen);
        return Result(call.Screen, findings, Json(seen));
    }

    /// <summary>Prints the findings, and makes the document of them.</summary>
    public static JsonObject Result(Screen screen, IReadOnlyList<Finding> findings, JsonObject seen)
    {
        foreach (var finding in findings)
        {
            screen.Result();
            Show(screen, finding);
        }

        screen.Result();
        screen.Result(findings.Count == 0 ? "Nothing wrong was found." : findings.Count == 1 ? "1 finding." : $"{findings.Count} findings.");
        return new JsonObject { ["findings"] = Examination.ToJson(findings), ["seen"] = seen };
    }

    private static void Show(Screen screen, Observations seen)
    {
        if (seen.Survey is { } survey)
        {
            screen.Field("usb", survey.Problems.Count == 0 ? "can be looked at" : "cannot be looked at");
            foreach (var probe in survey.Probes.Where(probe => probe.Selector is not ProbeSelector.Virtual))
            {
                screen.Field("seen", $"{probe.Kind} at {probe.Selector}, {(probe.CannotOpen is null ? "can be opened" : "cannot be opened")}");
            }
        }

        if (seen.UdevRules is { } rules && seen.Survey is not null)
        {
            screen.Field("udev rules", rules.Count > 0 ? string.Join(", ", rules) : seen.MayOpenAnything ? "none, and none needed by this user" : "none");
        }

        foreach (var trial in seen.Trials)
        {
            screen.Field("probe", trial.Probe ?? $"{trial.Selector}: not opened");
            screen.Field("chip", trial.Chip ?? "not reached");
        }
    }

    private static void Show(Screen screen, Finding finding)
    {
        screen.Field(finding.Code, finding.Fact);
        if (finding.Cause is { } cause)
        {
            screen.Field("why", cause);
        }

        foreach (var evidence in finding.Evidence)
        {
            screen.Field("seen", evidence);
        }

        foreach (var against in finding.Against)
        {
            screen.Field("but", against);
        }

        foreach (var remedy in finding.Remedies)
        {
            screen.Field("do", remedy.Advice);
            if (remedy.Command is { } command)
            {
                screen.Result($"               {command}");
            }
        }
    }

    private static JsonObject Json(Observations seen) => new()
    {
        ["usb"] = seen.Survey is { } survey ? survey.Problems.Count == 0 : null,
        ["udevRules"] = seen.UdevRules is { } rules ? new JsonArray([.. rules.Select(rule => (JsonNode)rule)]) : null,
        ["probes"] = new JsonArray([.. seen.Trials.Select(trial => new JsonObject
        {
            ["selector"] = trial.Selector,
            ["probe"] = trial.Probe,
            ["chip"] = trial.Chip,
            ["board"] = trial.Board is { } board ? Json(board) : null,
        })]),
    };

    private static JsonObject Json(BoardObservations board) => new()
    {
        ["volts"] = new JsonArray([.. board.Volts.Select(volts => (JsonNode)Math.Round(volts, 3))]),
        ["answers"] = board.Answers,
        ["wire"] = new JsonArray([.. board.Wire.Select(sample => new JsonObject
        {
            ["kilohertz"] = sample.Kilohertz,
            ["transfers"] = sample.Transfers,
            ["errors"] = sample.Errors,
        })]),
        ["accessPorts"] = new JsonArray([.. board.AccessPorts.Select(port => new JsonObject
        {
            ["number"] = port.Number,
            ["idr"] = $"0x{port.Identity.Value:X8}",
            ["core"] = port.ReachesCore,
            ["refusal"] = port.Refusal,
        })]),
        ["core"] = board.Core is { } core
            ? new JsonObject
            {
                ["name"] = $"{core.Identity}",
                ["halted"] = core.IsHalted,
                ["lockedUp"] = core.IsLockedUp,
                ["sleeping"] = core.IsSleeping,
                ["inReset"] = core.IsInReset,
                ["resets"] = core.Resets,
                ["breakpoints"] = core.Breakpoints,
                ["pc"] = core.Pcs is [.., var pc] ? $"0x{pc.Value:X8}" : null,
            }
            : null,
        ["resetFlags"] = new JsonArray([.. (board.Chip?.ResetFlags ?? []).Select(flag => (JsonNode)flag)]),
        ["options"] = new JsonArray([.. (board.Chip?.Options ?? []).Select(option => new JsonObject { ["name"] = option.Name, ["value"] = option.Value })]),
        ["flash"] = board.Flash is { } flash
            ? new JsonObject
            {
                ["bytesRead"] = flash.Bytes,
                ["unstable"] = flash.Unstable.Count,
                ["written"] = flash.Written.Count,
                ["unreadable"] = flash.Unreadable.Count,
                ["blank"] = flash.IsBlank,
            }
            : null,
        ["ramWrittenWhileHalted"] = board.RamWrittenWhileHalted.Count,
        ["reset"] = board.Reset is { } reset
            ? new JsonObject
            {
                ["pinWorks"] = reset.PinWorks,
                ["pinRiseMilliseconds"] = reset.PinRise is { } rise ? Math.Round(rise.TotalMilliseconds, 3) : null,
                ["answersWhileLow"] = reset.AnswersWhileLow,
                ["requestWorks"] = reset.RequestWorks,
            }
            : null,
        ["notSeen"] = new JsonArray([.. board.NotSeen.Select(line => (JsonNode)line)]),
    };
}
