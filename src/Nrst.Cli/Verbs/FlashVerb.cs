using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Flash;
using Nrst.Images;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst flash FILE[@ADDR] …</c>: erase what is needed, program, prove, reset, run.</summary>
internal static class FlashVerb
{
    private static readonly Argument<string[]> Files = new("FILE[@ADDR]")
    {
        Description = "ELF, Intel HEX, S-record, DfuSe, or raw binary with its address",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> PlanOnly = new("--plan") { Description = "Print what would be done, and stop" };
    private static readonly Option<bool> AlwaysErase = new("--always-erase") { Description = "Erase also what is blank or already right" };
    private static readonly Option<bool> ChipErase = new("--chip-erase") { Description = "Leave nothing on the chip but the image" };
    private static readonly Option<bool> Keep = new("--keep") { Description = "Put back other data in the sectors that are erased" };
    private static readonly Option<bool> NoLoader = new("--no-loader") { Description = "Use no target RAM; slow" };
    private static readonly Option<double?> Supply = new("--supply")
    {
        Description = "Volts on the chip's supply, where nobody can measure them: the USB loaders of F2, F4 and F7 program nearly three times as fast from 2.7 on",
        HelpName = "VOLTS",
    };

    private static readonly Option<string> Verify = Word("--verify", "hash", "hash", "readback");
    private static readonly Option<string> Reset = Word("--reset", "run", "run", "halt", "none");

    public static Command Create() =>
        new Command("flash", "Erase what is needed, program, prove, reset, run")
        {
            Files, BoardChoice.All, PlanOnly, AlwaysErase, ChipErase, Keep, NoLoader, Supply, Verify, Reset,
        }.WithTarget(BoardChoice.Probes).Does(Flash);

    private const double LeastVolts = 1.65, MostVolts = 3.6;

    private static JsonObject Flash(Invocation call)
    {
        var line = call.Line;
        var boards = BoardChoice.Several(call);
        var reading = Task.Run(() => ImageFiles.Load(line.GetValue(Files)!));
        var options = new FlashOptions
        {
            AlwaysErase = line.GetValue(AlwaysErase),
            ChipErase = line.GetValue(ChipErase),
            Keep = line.GetValue(Keep),
            Verify = line.GetValue(Verify) == "readback" ? VerifyMode.Readback : VerifyMode.Hash,
            Volts = line.GetValue(Supply) is { } volts ? Volts(volts) : null,
        };
        if (boards is not null)
        {
            reading.GetAwaiter().GetResult();
            return BoardLanes.Run(call, boards, board => Flash(board, reading, options));
        }

        return Flash(call with { Probe = BoardChoice.One(call) }, reading, options);
    }

    private static JsonObject Flash(Invocation call, Task<FirmwareImage> reading, FlashOptions options)
    {
        var line = call.Line;
        using var route = Route.Open(call, line.GetValue(NoLoader), reading);
        var image = reading.GetAwaiter().GetResult();
        return line.GetValue(PlanOnly)
            ? ShowPlan(call, image, route, route.Programmer.Plan(image, options, call.Cancel))
            : ShowOutcome(call, image, route, route.Programmer.Flash(image, options, After(line.GetValue(Reset)!), call.Cancel));
    }

    private static JsonObject ShowPlan(Invocation call, FirmwareImage image, Route route, FlashPlan plan)
    {
        foreach (var row in plan.ToString().Split('\n'))
        {
            call.Screen.Result(row);
        }

        return new JsonObject
        {
            ["image"] = ImageFiles.Describe(image),
            ["chip"] = route.Chip(),
            ["probe"] = route.Probe(),
            ["plan"] = Plan(plan),
        };
    }

    private static JsonObject ShowOutcome(Invocation call, FirmwareImage image, Route route, FlashOutcome outcome)
    {
        var (report, screen) = (outcome.Report, call.Screen);
        var proof = report.Proof.Mode is VerifyMode.Hash ? "hash" : "readback";
        screen.Result($"{image.File}: {Output.Screen.Count(image.Bytes)} bytes on {route.ChipName}, proved by {proof}.");
        screen.Result(string.Create(
            CultureInfo.InvariantCulture,
            $"erased {report.BytesErased:N0}, programmed {report.BytesProgrammed:N0}, already there {report.BytesSkipped:N0} bytes; ")
            + string.Create(CultureInfo.InvariantCulture, $"{outcome.Seconds:0.000} s, {outcome.Exchanges:N0} exchanges"));
        if (report.Saving is { } saving)
        {
            screen.Result(saving.Describe(outcome.Seconds));
        }

        Bounds.Show(call, report.Bound, report.Seconds.Erase + report.Seconds.Program);
        if (outcome.Observed is { } seen)
        {
            Observe(screen, seen);
        }

        return new JsonObject
        {
            ["image"] = ImageFiles.Describe(image),
            ["chip"] = route.Chip(),
            ["probe"] = route.Probe(),
            ["plan"] = Plan(report.Plan),
            ["proof"] = new JsonObject { ["kind"] = proof, ["bytesCompared"] = report.Proof.BytesCompared },
            ["bound"] = Bounds.Of(report.Bound),
            ["saving"] = report.Saving is { } saved
                ? new JsonObject
                {
                    ["sectors"] = saved.Sectors,
                    ["changed"] = saved.Changed,
                    ["erased"] = saved.Erased,
                    ["seconds"] = Round(saved.SiliconSeconds),
                    ["insteadOf"] = Round(saved.InsteadOf(outcome.Seconds)),
                }
                : null,
            ["exchanges"] = outcome.Exchanges,
            ["firmware"] = outcome.Observed is { } state
                ? new JsonObject { ["state"] = Name(state.State), ["pc"] = state.Pc is { } pc ? $"0x{pc.Value:X8}" : null, ["faults"] = state.Faults }
                : null,
            ["seconds"] = new JsonObject
            {
                ["connect"] = Round(outcome.ConnectSeconds),
                ["compare"] = Round(report.Seconds.Compare),
                ["erase"] = Round(report.Seconds.Erase),
                ["program"] = Round(report.Seconds.Program),
                ["verify"] = Round(report.Seconds.Verify),
                ["total"] = Round(outcome.Seconds),
            },
        };
    }

    private static void Observe(Output.Screen screen, RunObservation seen)
    {
        var at = seen.Pc is { } pc ? $" at {pc}" : "";
        screen.Result(seen.State switch
        {
            FirmwareState.Running => $"The firmware runs{at}.",
            FirmwareState.Stuck => $"The firmware stays{at}: an idle loop of one instruction, or a fault handler.",
            FirmwareState.Elsewhere => $"The core runs{at}, which is outside the image.",
            FirmwareState.LockedUp => $"The firmware locked the core up{at}: a fault inside a fault handler.",
            FirmwareState.Halted => $"The core is halted{at}; something stopped it.",
            FirmwareState.Started => "The loader handed over to the firmware; what it does cannot be seen this way.",
            FirmwareState.InLoader => "The loader was told to start the firmware and is still there: set BOOT0 low, and power the board off and on.",
            FirmwareState.Unreachable => "The chip does not answer any more: the firmware sleeps, or has taken the debug pins.",
            _ => "The chip is held in reset by something on the board.",
        });
        if (seen.Faults is { } faults)
        {
            screen.Paragraph("seen", faults);
        }
    }

    private static JsonObject Plan(FlashPlan plan) => new()
    {
        ["erased"] = plan.BytesErased,
        ["skipped"] = plan.BytesSkipped,
        ["programmed"] = plan.BytesProgrammed,
        ["steps"] = new JsonArray([.. plan.Steps.Select(step => new JsonObject
        {
            ["kind"] = Name(step.Kind),
            ["sector"] = step.Sector?.Number,
            ["address"] = step.Sector is { } sector ? $"0x{sector.Range.Start.Value:X8}" : null,
            ["bytes"] = step.Bytes,
            ["reason"] = step.Reason,
        })]),
    };

    private static double Volts(double volts) => volts is >= LeastVolts and <= MostVolts ? volts
        : throw new UsageException("NRST0303", $"{volts.ToString(CultureInfo.InvariantCulture)} V is no supply of an STM32.")
        {
            LikelyCause = "Another unit, or another number: all of them live on 1.7 to 3.6 V.",
            Remedies = [new Remedy("Say what a voltmeter shows between VDD and GND.", "nrst flash FILE --probe dfu --supply 3.3")],
        };

    private static ResetAfter After(string text) => text switch { "halt" => ResetAfter.Halt, "none" => ResetAfter.None, _ => ResetAfter.Run };

    private static double Round(double seconds) => Math.Round(seconds, 6);

    private static string Name<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static Option<string> Word(string name, string normal, params string[] words)
    {
        var option = new Option<string>(name)
        {
            Description = $"{string.Join(", ", words[..^1])} or {words[^1]}",
            HelpName = "HOW",
            DefaultValueFactory = _ => normal,
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
