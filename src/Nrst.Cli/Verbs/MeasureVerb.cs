using System.Buffers.Binary;
using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst bench measure</c>: what a flash job costs in time and exchanges, exact because the clock is virtual.</summary>
internal static class MeasureVerb
{
    private const string Chip = "STM32F407VG";
    private const int ImageBytes = 70_468;
    private const int FullBytes = 128 * 1024;
    private static readonly Address Start = new(0x0800_0000);

    // Erase 4 x 0.25 + 0.55 s, 17,617 words of 16 us, and a hash of 2.5 cycles a byte at 16 MHz; see "the bound" in the README.
    private const double Bound = 1.55 + (17_617 * 16e-6) + 0.003;

    public static Command Create() =>
        new Command("measure", $"Time a {ImageBytes}-byte job on a virtual {Chip}").Does(Measure, "bench measure");

    private static JsonObject Measure(Invocation call)
    {
        var folder = Directory.CreateTempSubdirectory("nrst-measure-").FullName;
        try
        {
            var store = new BoardStore(folder);
            var rows = new JsonArray();
            call.Screen.Result(string.Create(CultureInfo.InvariantCulture, $"{ImageBytes:N0} bytes, {Chip}, SWD at 4 MHz, lower bound {Bound:0.000} s"));
            call.Screen.Result("probe  job                      total s  connect  compare    erase  program   verify  exchanges  erased");
            foreach (var kind in (string[])["v2", "v2-1", "v3"])
            {
                store.New("measured", Chip, kind);
                Flash(store, Noise(FullBytes, 1));
                var (full, again, changed) = (Flash(store, Image(2)), Flash(store, Image(2)), Flash(store, Image(2, changed: true)));
                rows.Add((JsonNode)Row(call, kind, "over full sectors", full));
                rows.Add((JsonNode)Row(call, kind, "the same again", again));
                rows.Add((JsonNode)Row(call, kind, "one byte changed", changed));
                call.Screen.Result(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{kind,-5}  set-up and end {again.Exchanges} exchanges; ")
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"while erasing and programming {(full.Exchanges - again.Exchanges) * 1024.0 / ImageBytes:0.00} per KiB"));
                store.Remove("measured");
            }

            return new JsonObject { ["chip"] = Chip, ["bytes"] = ImageBytes, ["bound"] = Bound, ["jobs"] = rows };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static FlashOutcome Flash(BoardStore store, byte[] bytes)
    {
        var image = new FirmwareImage("measured", ImageFormat.Binary, [new ImagePiece(Start, bytes, "file")], null);
        using var target = Target.Connect(Connection.OpenBoard(store, "measured"), new ConnectOptions());
        return new Programmer(target).Flash(image, new FlashOptions(), ResetAfter.Run, CancellationToken.None);
    }

    private static JsonObject Row(Invocation call, string kind, string job, FlashOutcome outcome)
    {
        var (report, seconds) = (outcome.Report, outcome.Report.Seconds);
        call.Screen.Result(string.Create(
            CultureInfo.InvariantCulture,
            $"{kind,-5}  {job,-22} {outcome.Seconds,9:0.000} {outcome.ConnectSeconds,8:0.000} {seconds.Compare,8:0.000} {seconds.Erase,8:0.000} ")
            + string.Create(
                CultureInfo.InvariantCulture,
                $"{seconds.Program,8:0.000} {seconds.Verify,8:0.000} {outcome.Exchanges,10:N0} {report.BytesErased,7:N0}"));
        return new JsonObject
        {
            ["probeKind"] = kind,
            ["job"] = job,
            ["seconds"] = outcome.Seconds,
            ["exchanges"] = outcome.Exchanges,
            ["erased"] = report.BytesErased,
            ["programmed"] = report.BytesProgrammed,
        };
    }

    private static byte[] Noise(int length, int seed)
    {
        var bytes = new byte[length];
#pragma warning disable CA5394 // the same noise every time is the point
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        WriteStart(bytes);
        return bytes;
    }

    private static byte[] Image(int seed, bool changed = false)
    {
        var bytes = Noise(ImageBytes, seed);
        bytes[1000] ^= (byte)(changed ? 0xFF : 0);
        return bytes;
    }

    // A vector table and a loop of two instructions, so that what was programmed can be seen to run.
    private static void WriteStart(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, 0x2002_0000);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Start.Value + 8 | 1);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], 0xBF00);  // nop
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], 0xE7FD); // b .-2
    }
}
