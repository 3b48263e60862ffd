using System.Diagnostics;
using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>OpenOCD's plain cortex_m target on every core: it recognises it, halts, steps, breaks, watches, resets and reads what it is made of.</summary>
public sealed class OpenOcdOnEachCore : IDisposable
{
    private const uint Main = TestMachine.FlashBase + 0x200;
    private const uint Cell = TestMachine.RamBase + 0x100;
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-cores-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("M0", 0x0BB1_1477, "Cortex-M0 r0p0", 4, 2)]
    [InlineData("M0Plus", 0x0BC1_1477, "Cortex-M0+ r0p1", 4, 2)]
    [InlineData("M3", 0x2BA0_1477, "Cortex-M3 r1p1", 6, 4)]
    [InlineData("M4", 0x2BA0_1477, "Cortex-M4 r0p1", 6, 4)]
    [InlineData("M7", 0x5BA0_2477, "Cortex-M7 r1p1", 8, 4)]
    [InlineData("M7D", 0x5BA0_2477, "Cortex-M7 r1p1", 8, 4)]
    [InlineData("M33", 0x0BE1_2477, "Cortex-M33 r0p3", 8, 4)]
    [InlineData("M33F", 0x0BE1_2477, "Cortex-M33 r0p3", 8, 4)]
    public async Task It_debugs_every_core(string kind, uint dpidr, string name, int breakpoints, int watchpoints)
    {
        Require();
        var chip = new BareChip(Enum.Parse<CoreKind>(kind), dpidr);
        // Main: LDR r2, =Cell; ADDS r0, #1; ADDS r1, #1; STR r0, [r2]; ADDS r3, #1; B Main
        chip.Machine.PokeCode(Main, 0x4A02, 0x3001, 0x3101, 0x6010, 0x3301, 0xE7F9);
        chip.Machine.Poke(Main + 12, Cell);
        string[] commands =
        [
            "init", "halt", "dap info", "reset halt", "echo [list A [reg pc]]",
            "step", "step", "step", "echo [list B [reg pc] [reg r0] [reg r1]]",
            $"bp {Main + 8} 2 hw", "resume", "wait_halt 2000", "echo [list C [reg pc] [reg r0] [reg r3]]", $"rbp {Main + 8}",
            $"wp {Cell} 4 w", "resume", "wait_halt 2000", "echo [list D [reg pc] [reg r0]]", $"rwp {Cell}",
            $"bp {Main + 10} 2 hw", "resume", "wait_halt 2000", "echo [list E [reg pc] [reg r0] [reg r3]]", $"rbp {Main + 10}",
            $"mww {Cell + 16} 0x12345678", $"echo [list F [read_memory {Cell + 16} 16 2]]", "resume",
        ];

        var talk = await OnBoard(chip, commands);

        Has(talk, $"{name} processor detected");
        Has(talk, $"{breakpoints} breakpoints, {watchpoints} watchpoints");
        Has(talk, $"A {Shown("pc", Main)}");
        Has(talk, $"B {Shown("pc", Main + 6)} {Shown("r0", 1)} {Shown("r1", 1)}");
        Has(talk, $"C {Shown("pc", Main + 8)} {Shown("r0", 1)} {Shown("r3", 0)}");
        Has(talk, $"D {Shown("pc", Main + 8)} {Shown("r0", 2)}");
        Has(talk, $"E {Shown("pc", Main + 10)} {Shown("r0", 2)} {Shown("r3", 2)}");
        Has(talk, "F {0x5678 0x1234}");
        Assert.False(chip.Machine.Core.Halted);
        // What can be reset alone, OpenOCD resets alone.
        Assert.Equal(chip.Machine.Core.Traits.HasVectReset ? 0 : 1, chip.Machine.SystemResets);
        foreach (var part in Parts(chip.Machine.Core.Traits))
        {
            Has(talk, part);
        }
    }

    private static void Has(string talk, string expected) =>
        Assert.True(talk.Contains(expected, StringComparison.Ordinal), $"'{expected}' is not in what OpenOCD said:\n{talk}");

    // How OpenOCD names what it finds by following the ROM tables.
    private static string[] Parts(CoreTraits core) => core.Kind switch
    {
        CoreKind.M0 or CoreKind.M0Plus => ["Cortex-M0 SCS", "Cortex-M0 DWT", "Cortex-M0 BPU"],
        CoreKind.M3 => ["Cortex-M3 SCS", "Cortex-M3 DWT", "Cortex-M3 FPB", "Cortex-M3 ITM", "Cortex-M3 TPIU", "Cortex-M3 ETM"],
        CoreKind.M4 => ["Cortex-M3 DWT", "Cortex-M3 FPB", "Cortex-M4 TPIU", "Cortex-M4 ETM"],
        CoreKind.M7 or CoreKind.M7D => ["Cortex-M7 PPB ROM", "Cortex-M7 ROM", "Cortex-M7 FPB", "Cortex-M7 TPIU", "Cortex-M7 ETM"],
        _ => ["Processor debug architecture (ARMv8-M)", "DWT architecture", "(FPB) architecture", "ITM) architecture"],
    };

    private static string Shown(string register, uint value) => $"{{{register} (/32): 0x{value:x8}}}";

    private async Task<string> OnBoard(BareChip chip, IEnumerable<string> commands)
    {
        var store = new BoardStore(_folder, (_, _, _) => chip);
        store.New("bare", "STM32F407VG", "v2-1", []);
        using var board = store.Open("bare");
        using var server = new StLinkServer([board]);
        using var stop = new CancellationTokenSource();
        var serving = server.RunAsync(stop.Token);
        try
        {
            return await Run(server.Port, board.Identity.ProductId, commands);
        }
        finally
        {
            await stop.CancelAsync();
            await serving;
        }
    }

    private static async Task<string> Run(int port, ushort product, IEnumerable<string> commands)
    {
        string[] before =
        [
            "gdb_port disabled", "tcl_port disabled", "telnet_port disabled", "adapter driver st-link", $"st-link vid_pid 0x0483 0x{product:x4}",
            $"st-link backend tcp {port}", "transport select dapdirect_swd", "source [find target/swj-dp.tcl]", "swj_newdap chip cpu -irlen 4", "dap create chip.dap -chain-position chip.cpu",
            "target create chip.cpu cortex_m -dap chip.dap", "adapter speed 1800",
        ];
        var start = new ProcessStartInfo("openocd") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var line in before.Concat(commands).Append("shutdown"))
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add(line);
        }

        using var openocd = Process.Start(start)!;
        var talk = new StringBuilder();
        var output = openocd.StandardOutput.ReadToEndAsync();
        var errors = openocd.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await openocd.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            openocd.Kill();
        }

        talk.Append(await output).Append(await errors);
        Assert.True(openocd.ExitCode == 0, talk.ToString());
        return talk.ToString().ReplaceLineEndings("\n").Replace("\n}", "}", StringComparison.Ordinal);
    }

    /// <summary>Skips the test where OpenOCD is not installed; fails it where it has to be.</summary>
    private static void Require()
    {
        var installed = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "openocd.exe" : "openocd")));
        Assert.False(!installed && Environment.GetEnvironmentVariable("CI") == "true", "OpenOCD is missing.");
        Assert.SkipUnless(installed, "OpenOCD is not installed.");
    }
}
