using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>
/// OpenOCD knows nothing of this bench. What it reads, writes, programs with its own loader, and verifies with its own CRC code, it does
/// as it would on real silicon.
/// </summary>
public sealed class OpenOcdJudgesTheBench : IDisposable
{
    private const string Dap = "dapdirect_swd";
    private const string Hla = "hla_swd";
    private const uint FlashAt = 0x0800_0000;

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-openocd-").FullName;
    private readonly BoardStore _store;

    public OpenOcdJudgesTheBench() => _store = new BoardStore(Path.Combine(_folder, "bench"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, string> ProbesAndTransports => new()
    {
        { "v2", Dap }, { "v2", Hla }, { "v2-1", Dap }, { "v3", Dap }, { "v3", Hla },
    };

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task It_finds_probe_chip_and_flash(string kind, string transport)
    {
        OpenOcdRun.Require();
        using var board = Board(kind);

        var (exit, talk) = await OpenOcdRun.On(board, transport, ["init", "flash info 0"]);

        Assert.True(exit == 0, talk);
        Assert.Contains("Target voltage: 3.2", talk, StringComparison.Ordinal);
        Assert.Contains("Cortex-M4 r0p1", talk, StringComparison.Ordinal);
        Assert.Contains("6 breakpoints, 4 watchpoints", talk, StringComparison.Ordinal);
        Assert.Contains("flash size = 1024 KiB", talk, StringComparison.Ordinal);
        Assert.Contains("STM32F4", talk, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task It_programs_and_verifies(string kind, string transport)
    {
        OpenOcdRun.Require();
        var random = new byte[20 * 1024];
        new Random(4711).NextBytes(random);
        using var board = Board(kind);

        await ProgramAndCompare(board, transport, random);
    }

    [Theory]
    [InlineData("v2-1", Dap)]
    [InlineData("v3", Hla)]
    public async Task It_programs_real_firmware(string kind, string transport)
    {
        OpenOcdRun.Require();
        var firmware = Path.Combine(SharedFolder(), "firmware", "nucleo_f429zi.bin");
        Assert.SkipUnless(File.Exists(firmware), $"'{firmware}' is not there.");
        using var board = Board(kind, "STM32F429ZI");

        await ProgramAndCompare(board, transport, await File.ReadAllBytesAsync(firmware));
    }

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task It_halts_steps_and_resumes(string kind, string transport)
    {
        OpenOcdRun.Require();
        using var board = Board(kind);
        Write(board, 0, 0x2000_4000, FlashAt + 0x101);
        WriteCode(board, 0x100, 0x2000, 0x3001, 0xE7FD); // MOVS r0,#0; ADDS r0,#1; B back to the ADDS

        var (exit, talk) = await OpenOcdRun.On(board, transport,
        [
            "init", "reset halt", "echo \"at [reg pc]\"", "step", "echo \"stepped [reg pc]\"", "step", "step", "step",
            "echo \"counted [reg r0]\"", "resume", "sleep 50", "halt", "echo \"later [reg r0]\"", "echo \"end [reg pc]\"",
        ]);

        Assert.True(exit == 0, talk);
        Assert.Matches("at pc .*: 0x08000100", talk);
        Assert.Matches("stepped pc .*: 0x08000102", talk);
        Assert.Matches("counted r0 .*: 0x00000002", talk);
        Assert.DoesNotMatch("later r0 .*: 0x0000000[0-9]\r?$", talk);
        Assert.Matches("end pc .*: 0x0800010[24]", talk);
    }

    [Fact]
    public async Task It_notices_a_cell_that_cannot_be_programmed()
    {
        OpenOcdRun.Require();
        var image = Path.Combine(_folder, "image.bin");
        await File.WriteAllBytesAsync(image, new byte[4096]);
        _store.New("worn", "STM32F407VG", faults: ["flash-stuck-bit:0x08000400"]);
        using var board = _store.Open("worn");

        var (exit, talk) = await OpenOcdRun.On(board, Dap, [$"program {{{image}}} 0x08000000 verify"]);

        Assert.NotEqual(0, exit);
        Assert.Contains("Failed", talk, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task It_cannot_reach_a_chip_that_is_not_wired()
    {
        OpenOcdRun.Require();
        _store.New("loose", "STM32F407VG", faults: ["swd-disconnected"]);
        using var board = _store.Open("loose");

        var (exit, talk) = await OpenOcdRun.On(board, Dap, ["init"]);

        Assert.NotEqual(0, exit);
        Assert.Contains("unable to connect to the target", talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_client_leaves_a_line_of_statistics()
    {
        OpenOcdRun.Require();
        var file = Path.Combine(_folder, "statistics");
        using var board = Board("v2-1");

        await OpenOcdRun.On(board, Dap, ["init"], new ExportOptions { StatisticsFile = file });
        await OpenOcdRun.On(board, Hla, ["init"], new ExportOptions { StatisticsFile = file });

        var lines = await File.ReadAllLinesAsync(file);
        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Matches("\"board\":\"judged\",\"exchanges\":[1-9].*\"seconds\":{\"total\":0\\.", line));
    }

    /// <summary>Three logs of real boards: 128 KiB on F405, F407 and F411 with ST-LINK/V2 took 3.92, 3.76 and 4.13 s, erase included.</summary>
    [Fact]
    public async Task It_is_as_slow_as_on_real_boards()
    {
        OpenOcdRun.Require();
        var image = Path.Combine(_folder, "image.bin");
        var content = new byte[128 * 1024];
        new Random(1).NextBytes(content);
        await File.WriteAllBytesAsync(image, content);
        using var board = Board("v2");
        var before = board.Clock.Now;

        var (exit, talk) = await OpenOcdRun.On(board, Dap, ["init", "reset init", $"flash write_image erase {{{image}}} 0x08000000"]);

        Assert.True(exit == 0, talk);
        Assert.InRange((board.Clock.Now - before).TotalSeconds, 3.94 * 0.9, 3.94 * 1.1);
    }

    private async Task ProgramAndCompare(VirtualBoard board, string transport, byte[] content)
    {
        var image = Path.Combine(_folder, "image.bin");
        var dump = Path.Combine(_folder, "dump.bin");
        await File.WriteAllBytesAsync(image, content);

        var (exit, talk) = await OpenOcdRun.On(board, transport,
            [$"program {{{image}}} 0x08000000 verify", $"dump_image {{{dump}}} 0x08000000 {content.Length}"]);

        Assert.True(exit == 0, talk);
        Assert.Contains("** Verified OK **", talk, StringComparison.Ordinal);
        Assert.Equal(content, Silicon(board).Flash[..content.Length].ToArray());
        Assert.Equal(content, await File.ReadAllBytesAsync(dump));
    }

    private VirtualBoard Board(string kind, string chip = "STM32F407VG")
    {
        _store.New("judged", chip, kind);
        return _store.Open("judged");
    }

    private static VirtualBench.Chips.Stm32Chip Silicon(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon;

    private static void Write(VirtualBoard board, int at, params uint[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            BitConverter.TryWriteBytes(Silicon(board).Flash[(at + 4 * i)..], words[i]);
        }
    }

    private static void WriteCode(VirtualBoard board, int at, params ushort[] instructions)
    {
        for (var i = 0; i < instructions.Length; i++)
        {
            BitConverter.TryWriteBytes(Silicon(board).Flash[(at + 2 * i)..], instructions[i]);
        }
    }

    private static string SharedFolder()
    {
        if (Environment.GetEnvironmentVariable("NRST_SHARED") is { Length: > 0 } chosen)
        {
            return chosen;
        }

        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.Parent?.FullName ?? ".", "shared");
    }
}
