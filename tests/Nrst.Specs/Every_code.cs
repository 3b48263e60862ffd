using System.Text.RegularExpressions;

namespace Nrst.Specs;

/// <summary>Every code has a test that provokes it. Those that a command line alone can provoke are provoked here, through the real executable.</summary>
public sealed partial class Every_code : IDisposable
{
    /// <summary>
    /// Nothing that a test can do to a board or a machine raises these: a mistake in nrst itself, a chip that has no room for its own loader, one that
    /// hashes and reads the same bytes differently, a serial port that is pulled out, a key pressed just between two jobs, and the bench's own view of a client that breaks off.
    /// </summary>
    private static readonly string[] s_beyondReach =
        ["NRST0001", "NRST1184", "NRST1190", "NRST1191", "NRST1192", "NRST1513", "NRST3303", "NRST3310", "NRST3311", "NRST3312", "NRST5002", "NRST9001"];

    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [InlineData("NRST0102", "info --probe usb:")]
    [InlineData("NRST0104", "read nowhere 16 -o x.bin --probe virtual:STM32F407VG")]
    [InlineData("NRST0105", "read 0x08000000 0 -o x.bin --probe virtual:STM32F407VG")]
    [InlineData("NRST0107", "explain NRST12")]
    [InlineData("NRST0108", "info --probe virtual:STM32F407VG --connect gently")]
    [InlineData("NRST0109", "info --probe virtual:STM32F407VG --speed 0")]
    [InlineData("NRST0110", "erase --probe virtual:STM32F407VG")]
    [InlineData("NRST0111", "erase --range 0x08000000 --probe virtual:STM32F407VG")]
    [InlineData("NRST0112", "read 0x08000000 16 -o - --json --probe virtual:STM32F407VG")]
    [InlineData("NRST0113", "reset --kind softly --probe virtual:STM32F407VG")]
    [InlineData("NRST0114", "bench new b")]
    [InlineData("NRST0115", "bench serve STM32F407VG")]
    [InlineData("NRST0116", "bench serve STM32F407VG --stlink-server 70000")]
    [InlineData("NRST0117", "bench serve STM32F407VG STM32G071RB --uart tty")]
    [InlineData("NRST0302", "erase --range 0x20000000..0x20000FFF --probe virtual:STM32F407VG")]
    [InlineData("NRST0303", "flash one.bin@0x08000000 --supply 5 --probe virtual:STM32F407VG")]
    [InlineData("NRST1193", "bench serve STM32F407VG --uart no/such/folder/tty")]
    [InlineData("NRST4092", "flash one.bin@0x08000000 two.bin@0x08000010 --probe virtual:STM32F407VG")]
    [InlineData("NRST4093", "read 0x08000000 16 -o no/such/folder/x.bin --probe virtual:STM32F407VG")]
    public void Is_what_this_command_gets(string code, string command)
    {
        _nrst.File("one.bin", FlashingBench.Bytes(64));
        _nrst.File("two.bin", FlashingBench.Bytes(64));

        var outcome = _nrst.Run([.. command.Split(' ').Select(word => Regex.IsMatch(word, @"^(one|two|x)\.bin") ? Path.Combine(_nrst.Folder, word) : word)]);

        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(code, outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_what_a_bench_gets_that_cannot_be_written()
    {
        _nrst.Environment["NRST_BENCH_DIR"] = Path.Combine(_nrst.File("file", [1]), "bench");

        Assert.Contains("NRST1186", _nrst.Run("bench", "new", "b", "--chip", "STM32F407VG").Exits(4).Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Stands_in_a_test()
    {
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText))
            + File.ReadAllText(Path.Combine(Repository.Root, "docs", "diagnosis.md")); // what the boards of the confusion matrix end with, held by a test
        var codes = Directory.GetFiles(Path.Combine(Repository.Root, "data", "errors"), "*.md").Select(page => Path.GetFileNameWithoutExtension(page)!);

        Assert.Equal([], codes.Where(code => !tests.Contains(code, StringComparison.Ordinal)));
        Assert.Equal(12, s_beyondReach.Length); // a list to be made shorter
    }
}
