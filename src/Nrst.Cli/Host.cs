using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.CommandLine;
using Nrst.Cli.Output;
using Nrst.VirtualBench.Usb;

namespace Nrst.Cli;

/// <summary>What a verb works with: the parsed line, the screen, and a token that Ctrl-C cancels.</summary>
internal sealed record Invocation(ParseResult Line, Screen Screen, ProgressLines Progress, CancellationToken Cancel)
{
    /// <summary>The selector that was written; null where none was.</summary>
    public string? Probe { get; init; } = Line.GetValue(Common.Probe);

    /// <summary>What the verb reports although it has a result: the worst of several boards. It has been shown.</summary>
    public NrstException? Worst { get; set; }

    /// <summary>What has to hold when the verb has succeeded and let go of everything; it throws where it does not.</summary>
    public List<Action> Afterwards { get; } = [];

    /// <summary>The place on the bus that virtual boards share where a command is for several; null where it is for one.</summary>
    public SeatOnBus? Seat { get; init; }

    /// <summary>What is told of the way to the target.</summary>
    public Output.ConnectingLines Connecting { get; init; } = new(Screen, Progress, Line.GetValue(Common.Verbose));

    /// <summary>Disposed of at the end, however it comes.</summary>
    public List<IDisposable?> Owned { get; } = [];
}

/// <summary>A seat on the bench's USB. In a class of its own, so that who has a real probe need not load the bench to copy an <see cref="Invocation"/>.</summary>
internal sealed class SeatOnBus(UsbSeat seat)
{
    public UsbSeat Seat => seat;
}

/// <summary>Runs a verb and turns its end, good or bad, into words, a JSON document and an exit code.</summary>
internal static class Host
{
    private static readonly JsonSerializerOptions Pretty = new() { WriteIndented = true };

    /// <param name="verb">Prints its result as text (silent with --json) and returns it for the document.</param>
    public static int Run(string name, ParseResult line, Func<Invocation, JsonObject> verb)
    {
        using var cancel = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        var screen = Screen.ForProcess(line.GetValue(Common.Json));
        var progress = new ProgressLines(screen);
        var call = new Invocation(line, screen, progress, cancel.Token);
        try
        {
            var result = verb(call);
            progress.Clear();
            End(call, null, result);
            call.Afterwards.ForEach(check => check());
            Document(screen, name, call.Worst is { } worst ? ErrorReport.ToJson(worst) : null, result);
            return call.Worst is null ? 0 : ErrorReport.ExitCode(call.Worst);
        }
#pragma warning disable CA1031 // the last net: whatever it is, the user gets a named error
        catch (Exception error)
#pragma warning restore CA1031
        {
            progress.Clear();
            var named = ErrorReport.Named(error);
            ErrorReport.Show(screen, named);
            return Tell(screen, name, named, End(call, named, ErrorReport.Result(named, call.Connecting.OfFailure())));
        }
        finally
        {
            call.Owned.ForEach(one => one?.Dispose());
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true; // the job stops at its next safe place
            cancel.Cancel();
        }
    }

    /// <summary>Looks at the board where something went wrong, lets go of it, and tells what was found.</summary>
    public static JsonObject? End(Invocation call, NrstException? error, JsonObject? result)
    {
        using var examination = call.Connecting.Examination;
        call.Connecting.Examination = null;
        if (result is not null && error is null)
        {
            call.Connecting.AddTo(result);
        }

        if (examination is null)
        {
            return result;
        }

        var findings = examination.After(error);
        Examination.Show(call.Screen, findings, error);
        result ??= [];
        result["findings"] = Examination.ToJson(findings);
        return result;
    }

    /// <summary>A command that failed before it had a probe.</summary>
    public static int Fail(Screen screen, string name, NrstException error)
    {
        ErrorReport.Show(screen, error);
        return Tell(screen, name, error, null);
    }

    /// <param name="seen">What is worth telling although it failed; null where nothing is.</param>
    private static int Tell(Screen screen, string name, NrstException error, JsonObject? seen)
    {
        try
        {
            Document(screen, name, ErrorReport.ToJson(error), seen);
        }
        catch (IOException)
        {
            // Said on stderr already; stdout takes nothing.
        }

        return ErrorReport.ExitCode(error);
    }

    private static void Document(Screen screen, string name, JsonObject? error, JsonObject? result)
    {
        if (screen.Json)
        {
            var document = new JsonObject
            {
                ["schema"] = "nrst/1",
                ["command"] = name,
                ["ok"] = error is null,
                ["error"] = error,
                ["result"] = result,
            };
            screen.Document(document.ToJsonString(Pretty));
        }
    }
}
