using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Diagnosis;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Targets;
using Nrst.VirtualBench.Boards;

namespace Nrst.Cli.Verbs;

/// <summary>
/// <c>nrst bench diagnose</c>: boards with faults, each flashed and looked at as a user would, and what was found first. The confusion matrix of the
/// diagnosis.
/// </summary>
internal static class DiagnoseVerb
{
    private static readonly Option<string?> Fault = new("--fault") { Description = "Only faults whose names begin so", HelpName = "FAULT" };
    private static readonly Option<bool> Healthy = new("--healthy") { Description = "A healthy board of every line instead" };
    private static readonly Option<bool> Pairs = new("--pairs") { Description = "Two independent faults at a time instead" };
    private static readonly Option<bool> Markdown = new("--markdown") { Description = "As docs/diagnosis.md has it" };

    public static Command Create() =>
        new Command("diagnose", "Flash boards with faults, look at them, and print what was found first") { Fault, Healthy, Pairs, Markdown }.Does(Diagnose, "bench diagnose");

    private static JsonObject Diagnose(Invocation call)
    {
        var line = call.Line;
        var cases = line.GetValue(Healthy) ? SickBoards.Healthy : line.GetValue(Pairs) ? SickBoards.Pairs : SickBoards.All;
        var chosen = cases.Where(one => line.GetValue(Fault) is not { } start || one.Faults.Any(fault => fault.StartsWith(start, StringComparison.Ordinal))).ToList();
        var rows = new JsonArray();
        var (first, within) = (0, 0);
        foreach (var one in chosen)
        {
            call.Cancel.ThrowIfCancellationRequested();
            var found = Rounds.Of(one);
            var places = one.Expected.Select(code => found.Codes.ToList().IndexOf(code)).ToList();
            var isFirst = one.Expected.Count == 0 ? found.Codes.Count == 0 : places.TrueForAll(place => place >= 0 && place < one.Expected.Count);
            var isWithin = one.Expected.Count > 0 && places.TrueForAll(place => place >= 0 && place <= one.Expected.Count);
            first += isFirst ? 1 : 0;
            within += isFirst || isWithin ? 1 : 0;
            Show(call, one, found, isFirst ? "" : isWithin ? "second" : "MISSED");
            rows.Add((JsonNode)new JsonObject
            {
                ["faults"] = new JsonArray([.. one.Faults.Select(fault => (JsonNode)fault)]),
                ["chip"] = one.Chip,
                ["expected"] = new JsonArray([.. one.Expected.Select(code => (JsonNode)code)]),
                ["found"] = new JsonArray([.. found.Codes.Select(code => (JsonNode)code)]),
                ["by"] = found.By,
                ["flash"] = found.Ended,
                ["seconds"] = Math.Round(found.Seconds, 3),
            });
        }

        call.Screen.Result();
        call.Screen.Result(string.Create(
            CultureInfo.InvariantCulture,
            $"{chosen.Count} boards; all that is wrong named first: {first} ({Percent(first, chosen.Count)}), with one other among it: {within} ({Percent(within, chosen.Count)})"));
        return new JsonObject { ["boards"] = rows, ["first"] = first, ["within"] = within };
    }

    private static void Show(Invocation call, SickBoard board, Round found, string verdict)
    {
        var (name, codes) = (board.Faults.Count == 0 ? "healthy" : string.Join(" + ", board.Faults), found.Codes.Count == 0 ? "none" : string.Join(", ", found.Codes));
        call.Screen.Result(call.Line.GetValue(Markdown)
            ? $"| `{name}` | {board.Chip} | {string.Join(", ", board.Expected)} | {codes} | {found.By} | {found.Ended} | {verdict} |"
            : string.Create(CultureInfo.InvariantCulture, $"{name,-36} {board.Chip,-12} {string.Join(",", board.Expected),-10} {codes,-32} {found.By}, flash: {found.Ended}, {found.Seconds:0.0} s {verdict}"));
    }

    private static string Percent(int some, int all) => string.Create(CultureInfo.InvariantCulture, $"{(all == 0 ? 100 : 100.0 * some / all):0.0} %");
}

/// <summary>What came of one board.</summary>
/// <param name="Codes">Of the findings, likeliest first.</param>
/// <param name="By">flash, or doctor where flashing found nothing to say.</param>
/// <param name="Ended">What flashing ended with: done, or an error code.</param>
internal sealed record Round(IReadOnlyList<string> Codes, string By, string Ended, double Seconds);

/// <summary>Flashes a board, and has it looked at where that said nothing.</summary>
internal static class Rounds
{
    private const int MostBytes = 12_000;

    public static Round Of(SickBoard board)
    {
        var folder = Directory.CreateTempSubdirectory("nrst-diagnose-").FullName;
        try
        {
            var store = new BoardStore(folder);
            store.New("sick", board.Chip, board.Kind, board.Faults, programmed: true);
            var options = new ConnectOptions(Kilohertz: board.Kilohertz, Chip: board.Chip) { Interactive = true };
            var first = board.LookFirst ? Doctored(store, options) : ([], 0);
            if (first.Findings.Count >= Math.Max(1, board.Expected.Count))
            {
                return new Round(Codes(first.Findings), "doctor", "not tried", first.Seconds);
            }

            var (ended, findings, seconds) = Flashed(store, options, board);
            if (findings.Count > 0 && findings.Count >= first.Findings.Count)
            {
                return new Round(Codes(findings), "flash", ended, seconds);
            }

            var (looked, took) = Doctored(store, options);
            return new Round(Codes(looked), "doctor", ended, took);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<string> Codes(IReadOnlyList<Finding> findings) => [.. findings.Select(finding => finding.Code).Distinct()];

    private static (string Ended, IReadOnlyList<Finding> Findings, double Seconds) Flashed(BoardStore store, ConnectOptions options, SickBoard board)
    {
        var notes = new TrailNotes();
        IDebugProbe probe;
        try
        {
            probe = Connection.OpenBoard(store, "sick");
        }
        catch (NrstException error)
        {
            return (error.Code, [Finding.From(error)], 0);
        }

        using (probe)
        {
            var start = probe.Clock.Now;
            NrstException? failure = null;
            Device? device = null;
            try
            {
                using var target = Target.Connect(probe, options with { Listener = Heard }, leaveOpen: true);
                device = target.Chip.Device;
                new Programmer(target, notes.Listen).Flash(Image(target.Chip.Device, target.Chip.Named!, board.At), new FlashOptions(), ResetAfter.Run, CancellationToken.None);
            }
            catch (NrstException error)
            {
                failure = error;
            }

            // Somebody is there, and switches the board off and on when that is asked for.
            void Heard(JobEvent happened)
            {
                notes.Listen(happened);
                if (happened is JobEvent.Noticed)
                {
                    store.PowerCycle("sick");
                }
            }

            var findings = Examination.After(probe, options, notes.Trail(failure) with { Device = device });
            return (failure?.Code ?? "done", findings, (probe.Clock.Now - start).TotalSeconds);
        }
    }

    private static (IReadOnlyList<Finding> Findings, double Seconds) Doctored(BoardStore store, ConnectOptions options)
    {
        using var probe = Connection.OpenBoard(store, "sick");
        var start = probe.Clock.Now;
        var trial = Doctor.LookAt(probe, "virtual:sick", options, mayReset: true);
        return (trial.Board is { } board ? BoardRules.Conclude(board) : trial.Problem is { } problem ? [Finding.From(problem)] : [], (probe.Clock.Now - start).TotalSeconds);
    }

    /// <summary>A program that stays where it starts, and something behind it to see wrong bytes by.</summary>
    private static FirmwareImage Image(Device device, Part part, uint at)
    {
        var start = at == 0 ? part.Layouts[0].Range.Start.Value : at;
        var bytes = new byte[Math.Min(MostBytes, part.FlashKiB * 1024 / 2)];
        new Random(2026).NextBytes(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, part.Ram[0].Range.Start.Value + 0x400);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), start + 9);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), 0xBF00_E7FE); // B . ; NOP
        return new FirmwareImage(device.Name, ImageFormat.Binary, [new ImagePiece(new Address(start), bytes, "image")], null);
    }
}
