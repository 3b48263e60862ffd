using System.Globalization;
using System.Text.RegularExpressions;
using Nrst.VirtualBench.Boards;

namespace Nrst.Perf;

/// <summary>A time that somebody measured on real hardware, and how the model gets the same.</summary>
/// <param name="Log">Who measured what.</param>
/// <param name="Real">Seconds in that log.</param>
/// <param name="Fitted">A constant of the model comes from this log, so it proves nothing.</param>
/// <param name="Model">The same on the bench; null for what the model says by arithmetic.</param>
internal sealed record CalibrationRow(string Log, double Real, bool Fitted, Func<Task<double>> Model)
{
    /// <summary>Relative; images so small that everything is overhead have a tenth of a second instead.</summary>
    public const double Band = 0.10;

    public bool Tiny { get; init; }

    /// <summary>The program that has to be there.</summary>
    public string? Needs { get; init; }

    /// <summary>Why the model is outside its band here. Such a row is listed; no constant is bent to it.</summary>
    public string? Misses { get; init; }

    public bool IsWithin(double model) => Tiny ? Math.Abs(model - Real) <= 0.1 : Math.Abs((model / Real) - 1) <= Band;
}

/// <summary>The model of time against logs of real probes and chips.</summary>
internal static partial class Calibration
{
    private const int Block = 65_536;

    public static IReadOnlyList<CalibrationRow> All { get; } =
    [
        Dump("OpenOCD, V2 J39 at 1.8 MHz, dump of 1 MiB", 9.720, 1_800, 1 << 20),
        Dump("OpenOCD, V2-1 J40 at 0.95 MHz, dump of 128 KiB", 1.981, 950, 1 << 17),
        OpenOcd("OpenOCD, F405, erase and write 128 KiB", 3.92, "STM32F405RG", "stm32f4x", 4_000, Written, EraseAndWrite, old: true, 131_072),
        OpenOcd("OpenOCD, F407, erase and write 128 KiB", 3.76, "STM32F407VG", "stm32f4x", 4_000, Written, EraseAndWrite, old: true, 131_072) with
        {
            Misses = "Three logs of the same work say 3.76, 3.92 and 4.13 s: chips differ by that. The model is at the slow end.",
        },
        OpenOcd("OpenOCD, F411, erase and write 128 KiB", 4.13, "STM32F411RE", "stm32f4x", 4_000, Written, EraseAndWrite, old: true, 131_072),
        OpenOcd("OpenOCD, F103, write 128 KiB to a blank chip", 4.109, "STM32F103RB", "stm32f1x", 4_000, Written, "echo [flash write_image {0}]", old: false, 131_072),
        OpenOcd("OpenOCD, F103, CRC of 128 KiB at 8 MHz", 2.088, "STM32F103RB", "stm32f1x", 4_000, Verified, "flash write_image {0}; echo [verify_image {0}]", old: false, 131_072),
        OpenOcd("OpenOCD, F4, CRC of 84,584 B at 16 MHz", 0.630, "STM32F407VG", "stm32f4x", 4_000, Verified, EraseAndWrite + "; echo [verify_image {0}]", old: true, 84_584) with
        {
            Misses = "The log does not say at which clock the core ran. The bench takes 138 cycles a byte, the log 119 if it was 16 MHz, and the F103 127.",
        },
        OpenOcd("OpenOCD, V2 of 2014, F407, erase and write 256 KiB", 10.6, "STM32F407VG", "stm32f4x", 1_800, Written, EraseAndWrite, old: true, 262_144) with
        {
            Misses = "10.19 and 11.04 s in two logs with probe firmware J14 to J17, a third more than the model; the reason is not known.",
        },
        new("st-flash, G070, 128 KiB", 11, false, StFlash) { Needs = "st-flash", Misses = "\"About 11 s\" is all the log says, of an unknown probe and host; the model has them at 0.10 ms an exchange." },
        Silicon("J-Link, F413, erase 2 x 16 KiB", 0.533, "STM32F413ZH", 32_768, erase: true, program: false),
        Silicon("J-Link, F413, program 32,768 B", 0.123, "STM32F413ZH", 32_768, erase: false, program: true),
        Silicon("J-Link, L475, erase 147 pages", 3.262, "STM32L475RG", 301_056, erase: true, program: false),
        Silicon("J-Link, L475, program 301,056 B", 3.278, "STM32L475RG", 301_056, erase: false, program: true),
        Silicon("J-Link, F103ZE, program 67,584 B", 1.828, "STM32F103ZE", 67_584, erase: false, program: true),
        Cube("CubeProgrammer, F407, 70,468 B", 2.198, "STM32F407VG", 70_468, ProbeSetting.V2) with { Fitted = true },
        Back("CubeProgrammer, F407, reads 70,468 B back", 0.441, 70_468) with { Fitted = true },
        Cube("CubeProgrammer, F405, 40.28 KiB", 1.219, "STM32F405RG", 41_247, ProbeSetting.V2),
        Back("CubeProgrammer, F405, reads 40.28 KiB back", 0.261, 41_247),
        Cube("CubeProgrammer, F405, 7.95 KiB", 0.408, "STM32F405RG", 8_141, ProbeSetting.V2) with { Tiny = true },
        Back("CubeProgrammer, F405, reads 7.95 KiB back", 0.050, 8_141) with { Tiny = true },
        Cube("CubeProgrammer, F407, 3,148 B", 0.357, "STM32F407VG", 3_148, ProbeSetting.V2) with { Tiny = true },
        Cube("CubeProgrammer, F429, 173.42 KiB", 4.253, "STM32F429ZI", 177_582, ProbeSetting.V2) with { Fitted = true },
        Cube("CubeProgrammer, H725, 383,624 B", 6.42, "STM32H725ZG", 383_624, ProbeSetting.V2) with { Fitted = true },
        Cube("CubeProgrammer, C071, 34.45 KiB", 1.012, "STM32C071RB", 35_277, ProbeSetting.V2),
        Back("CubeProgrammer, C071, reads 34.45 KiB back", 0.230, 35_277),
        Cube("CubeProgrammer, U585, 46,788 B", 0.500, "STM32U585AI", 46_788, ProbeSetting.V3),
        Cube("CubeProgrammer, U575, 39.65 KiB, V3 at 8 MHz", 0.425, "STM32U575ZI", 40_602, At8) with { Misses = "118 µs for a quad word is an estimate from logs, not a figure of the data sheet." },
        Cube("CubeProgrammer, H743, 16,824 B", 0.913, "STM32H743ZI", 16_824, ProbeSetting.V3) with { Misses = "A real sector takes 0.75 to 0.85 s to erase; the data sheet's typical second is kept." },
        Cube("CubeProgrammer, L476, 11.97 KiB", 0.486, "STM32L476RG", 12_257, ProbeSetting.V2) with { Tiny = true },
        Cube("CubeProgrammer, G474, 776 B, V3 at 8 MHz", 0.083, "STM32G474RE", 776, At8) with { Tiny = true },
    ];

    private const string EraseAndWrite = "echo [flash write_image erase {0}]";

    /// <summary>46 clocks, and the 1.8 µs of the V3's firmware.</summary>
    private static ProbeSetting At8 => new("v3", 8_000, 0.13e-3, (46 / 8e6) + 1.8e-6);

    private static CalibrationRow Dump(string log, double real, int kilohertz, int length) => new(log, real, Fitted: true, async () =>
    {
        using var board = new ScratchBoard("STM32F407VG", "v2-1");
        var file = Path.GetTempFileName();
        try
        {
            return Seconds(await Session(board, "stm32f4x", kilohertz, $"echo [dump_image {file} 0x08000000 {length}]"), Dumped());
        }
        finally
        {
            File.Delete(file);
        }
    })
    {
        Needs = "openocd",
    };

    private static CalibrationRow OpenOcd(
        string log, double real, string part, string script, int kilohertz, Func<Regex> time, string commands, bool old, int length) => new(log, real, Fitted: false, async () =>
    {
        using var board = new ScratchBoard(part, "v2-1");
        if (old)
        {
            MeasuredBoard.Noise(board.Chip.Flash.Length, 1).CopyTo(board.Chip.Flash);
        }

        var seconds = 0.0;
        await Tools.WithFile(MeasuredBoard.Noise(length, 2), async file => seconds = Seconds(
            await Session(board, script, kilohertz, string.Format(CultureInfo.InvariantCulture, commands, $"{file} 0x08000000 bin")), time()));
        return seconds;
    })
    {
        Needs = "openocd",
    };

    private static async Task<double> StFlash()
    {
        using var board = new ScratchBoard("STM32G070RB", "v2-1", exchange: 0.10e-3);
        MeasuredBoard.Noise(board.Chip.Flash.Length, 1).CopyTo(board.Chip.Flash);
        await Tools.WithFile(MeasuredBoard.Noise(131_072, 2), file => Tools.Run(board.Board, "st-flash", ["write", file, "0x08000000"]));
        return board.Board.VirtualClock.Nanoseconds / 1e9;
    }

    private static CalibrationRow Silicon(string log, double real, string part, int length, bool erase, bool program) => new(log, real, Fitted: false, () =>
    {
        var time = SiliconTime.Of(part, length, max: false);
        return Task.FromResult((erase ? time.Erase : 0) + (program ? time.Program : 0));
    });

    /// <summary>
    /// Nobody has its source. Its logs fit a tenth of a second, the erase, load and program one after the other, and 0.14 s for every
    /// 64 KiB block that is full.
    /// </summary>
    private static CalibrationRow Cube(string log, double real, string part, int length, ProbeSetting probe) => new(log, real, Fitted: false, () =>
    {
        var time = SiliconTime.Of(part, length, max: false);
        return Task.FromResult(0.10 + time.Erase + time.Program + ((length + 3) / 4 * probe.SecondsPerWord) + (0.14 * (length / Block)));
    });

    /// <summary>With a V2 at 4 MHz in pieces of 1 KiB, each with a question how it went: 22.4 µs a word and two exchanges.</summary>
    private static CalibrationRow Back(string log, double real, int length) =>
        new(log, real, Fitted: false, () => Task.FromResult(((length + 3) / 4 * 22.4e-6) + (length / 1024.0 * 2 * ProbeSetting.V2.Exchange)));

    private static Task<string> Session(ScratchBoard board, string script, int kilohertz, string commands) => Tools.Run(
        board.Board, "openocd",
        [
            "-c", "gdb_port disabled; tcl_port disabled; telnet_port disabled", "-f", "interface/stlink-dap.cfg", "-c", "transport select dapdirect_swd",
            "-f", $"target/{script}.cfg", "-c", $"init; adapter speed {kilohertz}; reset halt; adapter speed {kilohertz}; {commands}; shutdown",
        ]);

    private static double Seconds(string talk, Regex time) => time.Match(talk) is { Success: true } found
        ? double.Parse(found.Groups[1].Value, CultureInfo.InvariantCulture)
        : throw new InvalidOperationException($"OpenOCD told no time:\n{talk}");

    [GeneratedRegex(@"^dumped \d+ bytes in ([\d.]+)s", RegexOptions.Multiline)]
    private static partial Regex Dumped();

    [GeneratedRegex(@"^wrote \d+ bytes from file .* in ([\d.]+)s", RegexOptions.Multiline)]
    private static partial Regex Written();

    [GeneratedRegex(@"^verified \d+ bytes in ([\d.]+)s", RegexOptions.Multiline)]
    private static partial Regex Verified();

    private sealed class ScratchBoard : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("nrst-perf-").FullName;

        public ScratchBoard(string part, string kind, double? exchange = null)
        {
            var store = new BoardStore(_folder) { Exchange = exchange is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
            store.New("board", part, kind);
            Board = store.Open("board");
        }

        public VirtualBoard Board { get; }

        public VirtualBench.Chips.Stm32Chip Chip => ((ChipOnBoard)Board.Chip).Silicon;

        public void Dispose()
        {
            Board.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}
