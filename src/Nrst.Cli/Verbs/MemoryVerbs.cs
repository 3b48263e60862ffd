using System.CommandLine;
using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Images;

namespace Nrst.Cli.Verbs;

/// <summary><c>verify</c>, <c>read</c>, <c>write</c>, <c>erase</c>: the parts of a flash job, each alone.</summary>
internal static class MemoryVerbs
{
    private const int DumpColumns = 16;

    private static readonly Argument<string[]> Files = new("FILE[@ADDR]") { Description = "As for flash", Arity = ArgumentArity.OneOrMore };
    private static readonly Argument<string> At = new("ADDR") { Description = "Address, e.g. 0x08000000" };
    private static readonly Argument<string> Length = new("LENGTH") { Description = "Bytes, e.g. 0x400, 16K or 1M" };
    private static readonly Argument<string> File = new("FILE") { Description = "Raw bytes" };

    private static readonly Option<string?> Output = new("--output", "-o")
    {
        Description = "File to write: .hex and .srec in that format, others raw; - for raw bytes on stdout",
        HelpName = "FILE",
    };

    private static readonly Option<bool> All = new("--all") { Description = "The whole flash" };
    private static readonly Option<string?> Range = new("--range") { Description = "All sectors that this touches", HelpName = "A..B" };

    public static Command CreateVerify() =>
        new Command("verify", "Compare the chip with files, without disturbing it") { Files }.WithTarget().Does(Verify);

    public static Command CreateRead() =>
        new Command("read", "Read memory into a file, without disturbing the chip") { At, Length, Output }.WithTarget().Does(Read);

    public static Command CreateWrite() =>
        new Command("write", "Put raw bytes into flash and keep everything around them") { At, File }.WithTarget().Does(Write);

    public static Command CreateErase() =>
        new Command("erase", "Erase flash and prove it blank") { All, Range }.WithTarget().Does(Erase);

    private static JsonObject Verify(Invocation call)
    {
        var reading = Task.Run(() => ImageFiles.Load(call.Line.GetValue(Files)!));
        using var route = Route.Open(call, reading: reading);
        var image = reading.GetAwaiter().GetResult();
        var proof = route.Programmer.Verify(image, call.Cancel);
        call.Screen.Result($"{image.File}: {Screen.Count(proof.BytesCompared)} bytes on {route.ChipName} are the same, compared one by one.");
        return new JsonObject
        {
            ["image"] = ImageFiles.Describe(image),
            ["chip"] = route.Chip(),
            ["probe"] = route.Probe(),
            ["proof"] = new JsonObject { ["kind"] = "readback", ["bytesCompared"] = proof.BytesCompared },
            ["exchanges"] = route.Exchanges(),
        };
    }

    private static JsonObject Read(Invocation call)
    {
        var range = Common.Range(Common.Address(call.Line.GetValue(At)!), Common.Number(call.Line.GetValue(Length)!, "a length"));
        var output = call.Line.GetValue(Output);
        byte[] data;
        using (var route = Route.Open(call))
        {
            data = route.Programmer.Read(range, call.Cancel);
        }

        if (output is null)
        {
            Dump(call.Screen, range.Start, data);
        }
        else
        {
            Save(call.Screen, output, range, data);
        }

        return new JsonObject
        {
            ["address"] = $"0x{range.Start.Value:X8}",
            ["bytes"] = range.Length,
            ["file"] = output,
            ["data"] = output is null ? Convert.ToHexString(data) : null,
        };
    }

    private static JsonObject Write(Invocation call)
    {
        var path = call.Line.GetValue(File)!;
        var data = ImageReader.Load(path, Common.Address(call.Line.GetValue(At)!)).Pieces[0];
        using var route = Route.Open(call);
        var report = route.Programmer.Write(data.Start, data.Data, call.Cancel);
        call.Screen.Result($"{path}: {Screen.Count(data.Data.Length)} bytes at {data.Range}, proved; the bytes around them are as they were.");
        Bounds.Show(call, report.Bound, report.Seconds.Erase + report.Seconds.Program);
        return new JsonObject
        {
            ["address"] = $"0x{data.Start.Value:X8}",
            ["bytes"] = data.Data.Length,
            ["chip"] = route.Chip(),
            ["erased"] = report.BytesErased,
            ["programmed"] = report.BytesProgrammed,
            ["bound"] = Bounds.Of(report.Bound),
        };
    }

    private static JsonObject Erase(Invocation call)
    {
        var range = call.Line.GetValue(Range) is { } text ? ParseRange(text) : (AddressRange?)null;
        if (call.Line.GetValue(All) == range is not null)
        {
            throw new UsageException("NRST0110", "erase needs either --all or --range A..B.")
            {
                LikelyCause = "nrst does not guess how much may be lost.",
                Remedies = [new("Erase the whole flash.", "nrst erase --all"), new("Erase the first 64 KiB.", "nrst erase --range 0x08000000..0x0800FFFF")],
            };
        }

        using var route = Route.Open(call);
        var report = route.Programmer.Erase(range, call.Cancel);
        call.Screen.Result($"{Screen.Count(report.Bytes)} bytes in {report.Sectors.Count} sectors of {route.ChipName} are erased and proved blank.");
        Bounds.Show(call, report.Bound, report.Seconds);
        return new JsonObject
        {
            ["chip"] = route.Chip(),
            ["erased"] = report.Bytes,
            ["sectors"] = new JsonArray([.. report.Sectors.Select(sector => (JsonNode)sector.Number)]),
            ["seconds"] = report.Seconds,
            ["bound"] = Bounds.Of(report.Bound),
        };
    }

    /// <summary><c>A..B</c>, both included, or <c>A+LENGTH</c>.</summary>
    private static AddressRange ParseRange(string text)
    {
        if (text.Split("..") is [var first, var last])
        {
            var (from, to) = (Common.Address(first), Common.Address(last));
            if (from <= to)
            {
                return Common.Range(from, to == from ? 1 : checked((uint)Math.Min((ulong)to.Value - from.Value + 1, uint.MaxValue)));
            }
        }
        else if (text.Split('+') is [var start, var length])
        {
            return Common.Range(Common.Address(start), Common.Number(length, "a length"));
        }

        throw new UsageException("NRST0111", $"'{text}' is not a range.")
        {
            LikelyCause = "A range is FIRST..LAST, both included, or START+LENGTH, as in 0x08000000..0x08003FFF or 0x08000000+16K.",
        };
    }

    private static void Save(Screen screen, string output, AddressRange range, byte[] data)
    {
        if (output == "-")
        {
            if (screen.Json)
            {
                throw new UsageException("NRST0112", "stdout cannot take both the raw bytes and the JSON document.")
                {
                    LikelyCause = "-o - and --json were given together.",
                };
            }

            using var stdout = Console.OpenStandardOutput();
            stdout.Write(data);
            return;
        }

        try
        {
            using var file = new FileStream(output, FileMode.Create, FileAccess.Write);
            ImageWriter.Write(
                new FirmwareImage(output, ImageFormat.Binary, [new ImagePiece(range.Start, data, "chip")], null), Format(output), file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ImageException("NRST4093", $"{output} cannot be written: {error.Message}", error)
            {
                File = output,
                LikelyCause = "The folder does not exist or is not writable, or the disk is full.",
                Remedies = [new Remedy("Choose another file after -o.", "nrst read ADDR LENGTH -o FILE")],
            };
        }

        screen.Result($"{output}: {Screen.Count(data.Length)} bytes from {range}.");
    }

    private static ImageFormat Format(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".hex" or ".ihex" or ".ihx" => ImageFormat.IntelHex,
        ".srec" or ".s19" or ".s28" or ".s37" or ".mot" => ImageFormat.SRecord,
        _ => ImageFormat.Binary,
    };

    private static void Dump(Screen screen, Address start, byte[] data)
    {
        for (var at = 0; at < data.Length; at += DumpColumns)
        {
            var row = data.AsSpan(at, Math.Min(DumpColumns, data.Length - at));
            var hex = string.Join(' ', row.ToArray().Select(value => value.ToString("X2", null)));
            var text = string.Concat(row.ToArray().Select(value => value is >= 0x20 and < 0x7F ? (char)value : '.'));
            screen.Result($"{start + (uint)at}  {hex.PadRight(3 * DumpColumns)} {text}");
        }
    }
}
