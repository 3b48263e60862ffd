using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.VirtualBench.Usb;

namespace Nrst.Cli;

/// <summary>One job on several boards at once: a thread, a probe and an end of its own for each. No board waits for another.</summary>
internal static class BoardLanes
{
    /// <summary>
    /// What leaves most to see to stands first: a mistake in nrst, a chip that holds something else than the file, one that is half written, one
    /// that was not reached, and last what was never begun.
    /// </summary>
    private static readonly int[] s_worst = [1, 8, 7, 9, 5, 6, 4, 3, 2];

    public static JsonObject Run(Invocation call, IReadOnlyList<ProbeSelector> boards, Func<Invocation, JsonObject> job)
    {
        var lines = new BoardLines(call.Screen, [.. boards.Select(board => board.ToString())]);
        var ends = new BoardEnd[boards.Count];
        var seats = Seats(boards);
        var threads = boards.Select((board, number) => new Thread(() => ends[number] = Lane(call, board, lines.Of(number), seats[number], job))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        lines.Clear();
        Show(call.Screen, ends);
        call.Worst = ends.Select(end => end.Error).OfType<NrstException>().OrderBy(error => Array.IndexOf(s_worst, ErrorReport.ExitCode(error))).FirstOrDefault();
        return new JsonObject
        {
            ["boards"] = new JsonArray([.. ends.Select(end => new JsonObject
            {
                ["board"] = end.Name,
                ["ok"] = end.Error is null,
                ["error"] = end.Error is { } error ? ErrorReport.ToJson(error) : null,
                ["result"] = end.Result,
            })]),
        };
    }

    /// <summary>Virtual boards share a bus, as they would on a desk. A real one has a real one, and nobody waits for what it does.</summary>
    private static UsbSeat[] Seats(IReadOnlyList<ProbeSelector> boards)
    {
        var bus = new SharedUsb(boards.Count);
        var seats = boards.Select((_, number) => bus.Seat(number)).ToArray();
        foreach (var (board, seat) in boards.Zip(seats))
        {
            if (!Connection.IsOnVirtualUsb(board))
            {
                seat.Dispose();
            }
        }

        return seats;
    }

    /// <summary>As <see cref="Host.Run"/> does it for one, with the end as a value.</summary>
    private static BoardEnd Lane(Invocation whole, ProbeSelector board, BoardLines.Lane lane, UsbSeat seat, Func<Invocation, JsonObject> job)
    {
        var progress = new ProgressLines(lane.Screen, lane.Listen);
        var call = new Invocation(whole.Line, lane.Screen, progress, whole.Cancel)
        {
            Probe = board.ToString(),
            Seat = new SeatOnBus(seat),
            Connecting = new ConnectingLines(lane.Screen, progress, whole.Line.GetValue(Common.Verbose), brief: true),
        };
        BoardEnd end;
        try
        {
            whole.Cancel.ThrowIfCancellationRequested();
            var result = job(call);
            Host.End(call, null, result);
            call.Afterwards.ForEach(check => check());
            end = new BoardEnd(board.ToString(), null, result, lane.Results);
        }
#pragma warning disable CA1031 // what happens to one board, whatever it is, stays with it
        catch (Exception error)
#pragma warning restore CA1031
        {
            var named = ErrorReport.Named(error);
            end = new BoardEnd(board.ToString(), named, Host.End(call, named, ErrorReport.Result(named, call.Connecting.OfFailure())), []);
        }
        finally
        {
            seat.Dispose();
            call.Owned.ForEach(one => one?.Dispose());
        }

        lane.End(end.Error is null ? "done" : $"failed    {end.Error.Code} {end.Error.Message}");
        return end;
    }

    private static void Show(Screen screen, BoardEnd[] ends)
    {
        var column = ends.Max(end => end.Name.Length) + 2;
        foreach (var end in ends)
        {
            foreach (var line in Words(end))
            {
                screen.Result(end.Name.PadRight(column) + line);
            }
        }

        // Boards with the same trouble are told once.
        foreach (var alike in ends.Where(end => end.Error is not null).GroupBy(end => (end.Error!.Code, end.Error.Message)))
        {
            screen.Talk("");
            screen.Paragraph("board", string.Join(", ", alike.Select(end => end.Name)));
            ErrorReport.Show(screen, alike.First().Error!);
        }

        var done = ends.Count(end => end.Error is null);
        screen.Result(done == ends.Length ? $"All {ends.Length} boards are done." : $"{done} of {ends.Length} boards are done, {ends.Length - done} failed.");
    }

    private static IEnumerable<string> Words(BoardEnd end)
    {
        if (end.Error is { } error)
        {
            return [$"failed: {error.Code} {error.Message}"];
        }

        if (end.Result?["proof"] is not { } proof)
        {
            return end.Lines;
        }

        var (chip, total, firmware) = (end.Result["chip"]!["name"], (double)end.Result["seconds"]!["total"]!, end.Result["firmware"]?["state"]);
        return
        [
            string.Create(CultureInfo.InvariantCulture, $"{chip}, {(long)end.Result["image"]!["bytes"]!:N0} bytes proved by {proof["kind"]}, {total:0.000} s")
            + (firmware is null ? "" : $", firmware {firmware}"),
        ];
    }

    private sealed record BoardEnd(string Name, NrstException? Error, JsonObject? Result, IReadOnlyList<string> Lines);
}
