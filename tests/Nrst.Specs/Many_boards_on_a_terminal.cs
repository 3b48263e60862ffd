using Nrst.Cli.Output;

namespace Nrst.Specs;

/// <summary>Many boards at once, as a person sees them on a terminal.</summary>
public sealed class Many_boards_on_a_terminal : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    [InlineData(24)]
    [InlineData(12)]
    public void What_is_drawn_never_wraps_and_is_gone_at_the_end(int columns)
    {
        var (seen, lines) = Begin(columns, 24, "virtual:a", "virtual:line-with-a-long-name-07", "0667FF515055657867145912");
        for (var done = 0; done <= 100; done += 20)
        {
            for (var board = 0; board < 3; board++)
            {
                lines.Of(board).Listen(new JobEvent.Advanced(Phase.Program, done, 100));
            }
        }

        lines.Of(1).End("failed    NRST1182 The probe was unplugged, and this sentence is longer than most terminals are wide, which does not matter.");
        Assert.Equal(0, seen.Terminal.Wrapped);
        Assert.Equal(4, seen.Terminal.Lines.Count); // and the one the cursor is on
        lines.Clear();
        Assert.Equal([""], seen.Terminal.Lines);
    }

    [Theory]
    [InlineData(80, "virtual:line-with-a-long-name-07  program    40 %")]
    [InlineData(40, "…-with-a-long-name-07  program    40 %")]
    [InlineData(24, "…me-07  program    40 %")]
    public void A_narrow_terminal_shortens_the_name_and_not_what_the_board_is_at(int columns, string row)
    {
        var (seen, lines) = Begin(columns, 24, "virtual:line-with-a-long-name-07");
        lines.Of(0).Listen(new JobEvent.Advanced(Phase.Program, 40, 100));
        Assert.Equal(row, seen.Terminal.Lines[0]);
    }

    [Fact]
    public void What_a_board_says_stays_above_the_lines_that_are_drawn_over()
    {
        var (seen, lines) = Begin(80, 24, "virtual:a", "virtual:bb");
        lines.Of(0).Listen(new JobEvent.PhaseStarted(Phase.Erase, 1));
        lines.Of(1).Screen.Talk("repair    something");
        lines.Of(1).Listen(new JobEvent.PhaseStarted(Phase.Verify, 1));
        Assert.Equal(["virtual:bb  repair    something", "virtual:a   erase", "virtual:bb  verify", ""], seen.Terminal.Lines);
        lines.Clear();
        Assert.Equal(["virtual:bb  repair    something", ""], seen.Terminal.Lines);
    }

    /// <summary>The real program on a pseudo terminal, whose every byte is read.</summary>
    [Theory]
    [InlineData(100, 30)]
    [InlineData(30, 30)]
    [InlineData(50, 4)]
    public void The_program_leaves_nothing_but_its_results(int columns, int rows)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "There is no script(1) to make a terminal with.");
        for (var board = 0; board < 6; board++)
        {
            New($"board-{board}", board == 3 ? ["--fault", "usb-unplug-after:60"] : []);
        }

        _nrst.Environment["TERM"] = "xterm";
        var log = Path.Combine(_nrst.Folder, "typescript");
        _nrst.RunInShell(
            $"script -qec \"stty rows {rows} cols {columns}; dotnet '{CommandLine.Program}' flash '{Repository.Sample}' --all --probe virtual: ; exit 0\" '{log}' </dev/null", "").Exits(0);
        var text = string.Join('\n', File.ReadAllText(log).Split('\n')[1..^2]); // between what script itself writes
        var terminal = new Terminal(columns, rows);
        terminal.Write(text.Replace("\e[?1h\e=", "", StringComparison.Ordinal));
        Assert.Contains("\e[", text, StringComparison.Ordinal); // it did draw
        Assert.Equal(0, terminal.Lost);
        Assert.DoesNotContain(terminal.Lines, line => line.EndsWith(" %", StringComparison.Ordinal) || line.EndsWith("  connect", StringComparison.Ordinal) || line.Contains("have ended", StringComparison.Ordinal));
        var results = string.Concat(terminal.Lines);
        Assert.Contains("5 of 6 boards are done, 1 failed.", results, StringComparison.Ordinal);
        Assert.Equal(1, results.Split("error NRST1182").Length - 1);
        Assert.StartsWith("virtual:board-0", terminal.Lines[0], StringComparison.Ordinal);
    }

    private void New(string name, params string[] more) => _nrst.Run(["bench", "new", name, "--chip", "STM32F407VG", .. more]).Exits(0);

    private static (Seen Seen, BoardLines Lines) Begin(int columns, int rows, params string[] names)
    {
        var seen = new Seen(new Terminal(columns, rows));
        return (seen, new BoardLines(new Screen(TextWriter.Null, seen, json: false, colour: false, live: true, columns), names));
    }

    private sealed class Seen(Terminal terminal) : StringWriter
    {
        public Terminal Terminal => terminal;

        // As the line discipline of a real one does it.
        public override void Write(string? value) => terminal.Write((value ?? "").Replace("\n", "\r\n", StringComparison.Ordinal));

        public override void WriteLine(string? value) => Write(value + "\n");
    }
}
