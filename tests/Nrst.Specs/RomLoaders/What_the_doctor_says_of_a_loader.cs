using Nrst.Bootloaders.Usart;
using Nrst.Diagnosis;

namespace Nrst.Specs.RomLoaders;

/// <summary><c>nrst doctor --probe serial:… | dfu</c>: which wires lead to BOOT0 and NRST, and what the loader at the end of them says.</summary>
public sealed class What_the_doctor_says_of_a_loader
{
    private const string Part = "STM32F407VG";

    public static TheoryData<string> Wirings => [.. BootWiring.Usual];

    [Theory]
    [MemberData(nameof(Wirings))]
    public void Which_wiring_a_board_has(string wiring)
    {
        using var board = new LoaderBoard(Part, [$"boot-wiring={wiring}"], []);
        board.Hold(board.Image(300).Pieces[0].Data.Span);
        var before = board.Silicon.Flash.ToArray();

        var seen = Look(board);

        Assert.Null(seen.Problem);
        Assert.Equal(wiring, seen.Works);
        Assert.True(seen.Trials[^1].LetsGo);
        Assert.Equal("ACK (0x79)", seen.Trials[^1].Seen);
        Assert.All(seen.Trials.SkipLast(1), trial => Assert.True(trial.Answer is LoaderAnswer.Silence or LoaderAnswer.Refused || !trial.IsSteady));
        Assert.Equal("STM32F405/407/415/417", seen.Chip);
        Assert.Empty(LoaderRules.Conclude(seen));
        board.Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Equal(LoaderBoard.Start + 8, board.Silicon.Core.GetRegister(15)); // its program runs as before
        Assert.Equal(before, board.Silicon.Flash);
    }

    [Fact]
    public void That_a_loader_is_there_without_any_wire()
    {
        using var board = new LoaderBoard(Part);
        var seen = Look(board);

        Assert.Equal(LoaderAnswer.Acknowledged, seen.Trials[0].Answer);
        Assert.All(seen.Trials.Skip(1), trial => Assert.Equal(LoaderAnswer.Refused, trial.Answer)); // in step since, and not reset by any of them
        Assert.Null(seen.Works);
        Assert.Equal("USART loader, version 3.1", seen.Loader);
        Assert.Empty(LoaderRules.Conclude(seen));
    }

    [Fact]
    public void That_nobody_answers_and_all_that_was_tried()
    {
        using var board = new LoaderBoard(Part, ["boot0=0"], []);
        var finding = Assert.Single(LoaderRules.Conclude(Look(board)));

        Assert.Equal("NRST3511", finding.Code);
        Assert.Equal(1 + BootWiring.Usual.Count, finding.Evidence.Count);
        Assert.All(finding.Evidence, line => Assert.EndsWith(": nothing came", line, StringComparison.Ordinal));
        Assert.NotEmpty(finding.Remedies);
    }

    [Fact]
    public void That_the_program_talks()
    {
        using var board = new LoaderBoard(Part);
        using var chatter = new Chatter(board.Board.Clock);
        var seen = LoaderDoctor.Look(chatter, board.Board.Clock, new ProbeSelector.SerialPort("virtual:b", null), null, null, SerialParity.Even);

        Assert.StartsWith("came: 6F 6B", seen.Talk, StringComparison.Ordinal);
        var finding = Assert.Single(LoaderRules.Conclude(seen));
        Assert.Equal("NRST3511", finding.Code);
        Assert.Contains("talks", finding.Fact, StringComparison.Ordinal);
        Assert.Equal("NRST3511", Assert.Throws<TargetException>(() => UsartSource.Open(chatter, board.Board.Clock, new ProbeSelector.SerialPort("virtual:b", null), null, null)).Code);
    }

    [Fact]
    public void That_a_jumper_holds_BOOT0()
    {
        using var board = new LoaderBoard(Part, ["boot0=1", "boot-wiring=rts-nrst"], []);
        var seen = Look(board);
        Assert.False(seen.Trials[^1].LetsGo);
        Assert.Equal("NRST3514", Assert.Single(LoaderRules.Conclude(seen)).Code);
    }

    [Fact]
    public void That_the_one_wiring_that_was_named_is_not_it()
    {
        using var board = new LoaderBoard(Part, ["boot-wiring=rts-nrst,!dtr-boot0"], []);
        Assert.Null(Look(board, "dtr-nrst,rts-boot0").Works);
        Assert.Throws<UsageException>(() => Look(board, "nonsense"));
    }

    [Fact]
    public void What_the_loader_does_not_understand()
    {
        using var board = new LoaderBoard(Part, "uart-wants-parity");
        var port = new ProbeSelector.SerialPort("virtual:b", null);
        var seen = LoaderDoctor.Look(board.Board.OpenSerial()!, board.Board.Clock, port, null, null, SerialParity.None);
        Assert.Equal("NRST3512", Assert.Single(LoaderRules.Conclude(seen)).Code);
    }

    [Fact]
    public void On_the_command_line()
    {
        using var nrst = new CommandLine();
        nrst.Run("bench", "new", "b", "--chip", Part).Exits(0);
        nrst.Run("bench", "set", "b", "boot0=1").Exits(0);

        var usb = nrst.Run("doctor", "--probe", "dfu:virtual:b", "--json").Exits(0).Result;
        Assert.Empty(usb["findings"]!.AsArray());
        Assert.StartsWith("USB DFU", (string?)usb["seen"]!["loader"], StringComparison.Ordinal);
        var serial = nrst.Run("doctor", "--probe", "serial:virtual:b").Exits(0);
        Assert.Contains("as it was: ACK (0x79)", serial.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing wrong was found.", serial.Output, StringComparison.Ordinal);

        nrst.Run("bench", "set", "b", "boot0=0", "boot-wiring=dtr-nrst,!rts-boot0").Exits(0);
        Assert.Equal("dtr-nrst,!rts-boot0", (string?)nrst.Run("doctor", "--probe", "serial:virtual:b", "--json").Exits(0).Result["seen"]!["works"]);
        Assert.Equal("NRST1511", (string?)Assert.Single(nrst.Run("doctor", "--probe", "serial:/dev/there-is-no-such-port", "--json").Exits(0).Result["findings"]!.AsArray())!["code"]);
    }

    private static LoaderObservations Look(LoaderBoard board, string? wiring = null) => LoaderDoctor.Look(
        board.Board.OpenSerial()!, board.Board.Clock, new ProbeSelector.SerialPort("virtual:b", null), null, wiring, SerialParity.Even);

    /// <summary>A chip whose program never stops talking.</summary>
    private sealed class Chatter(IClock clock) : ISerialLine
    {
        public void Configure(int baud, SerialParity parity)
        {
        }

        public void Send(ReadOnlySpan<byte> bytes)
        {
        }

        public int Receive(Span<byte> into, TimeSpan limit)
        {
            clock.Wait(TimeSpan.FromMilliseconds(2));
            "ok\r\n"u8[..Math.Min(4, into.Length)].CopyTo(into);
            return Math.Min(4, into.Length);
        }

        public void DropInput()
        {
        }

        public void SetLines(bool? dtr, bool? rts)
        {
        }

        public void Dispose()
        {
        }
    }
}
