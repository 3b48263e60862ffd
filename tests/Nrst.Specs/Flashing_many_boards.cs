using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nrst.Specs;

/// <summary>One file onto many boards at once. Nothing here looks at the wall clock.</summary>
public sealed partial class Flashing_many_boards : IDisposable
{
    private static readonly string Firmware = Repository.Sample;

    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void Each_board_gets_an_entry_as_it_would_get_alone()
    {
        New("a");
        New("b", "--probe-kind", "v3");
        var many = Flash("--probe", "virtual:b", "--probe", "virtual:a").Exits(0);
        Assert.True((bool)many.Document["ok"]!);
        Assert.Null(many.Document["error"]);
        var entries = Entries(many);
        Assert.Equal(["virtual:b", "virtual:a"], entries.Select(entry => (string)entry["board"]!));

        using var other = new CommandLine();
        foreach (var entry in entries)
        {
            var name = ((string)entry["board"]!)["virtual:".Length..];
            other.Run("bench", "new", name, "--chip", "STM32F407VG", "--probe-kind", name == "b" ? "v3" : "v2-1").Exits(0);
            var alone = other.Run("flash", Firmware, "--json", "--probe", $"virtual:{name}").Exits(0);
            Assert.Null(alone.Result["boards"]);
            Assert.Equal(alone.Result.ToJsonString(), entry["result"]!.ToJsonString());
            Assert.True((bool)entry["ok"]!);
        }
    }

    [Fact]
    public void Thirty_two_boards_are_programmed_and_hold_the_file()
    {
        for (var board = 0; board < 32; board++)
        {
            new VirtualBench.Boards.BoardStore(_nrst.Bench).New($"line-{board:00}", "STM32F407VG");
        }

        new VirtualBench.Boards.BoardStore(_nrst.Bench).New("spare", "STM32F407VG");
        var all = Flash("--all", "--probe", "virtual:line-").Exits(0);
        Assert.Equal(32, Entries(all).Count(entry => (bool)entry["ok"]!));
        Assert.All(Entries(all), entry => Assert.Equal(2012, (int)entry["result"]!["proof"]!["bytesCompared"]!));
        Assert.Single(Entries(all).Select(entry => (double)entry["result"]!["seconds"]!["total"]!).Distinct());
        _nrst.Run("verify", Firmware, "--probe", "virtual:line-31").Exits(0);
        _nrst.Run("verify", Firmware, "--probe", "virtual:spare").Exits(8);
    }

    [Fact]
    public void Boards_that_fail_leave_the_others_alone_and_the_worst_is_the_exit_code()
    {
        New("good");
        New("loose", "--fault", "usb-unplug-after:60");
        New("deaf", "--fault", "swd-disconnected");
        New("fine");
        var outcome = Flash("--probe", "virtual:good", "--probe", "virtual:loose", "--probe", "virtual:deaf", "--probe", "virtual:gone", "--probe", "virtual:fine")
            .Exits(5);
        Assert.False((bool)outcome.Document["ok"]!);
        var entries = Entries(outcome);
        Assert.Equal([true, false, false, false, true], entries.Select(entry => (bool)entry["ok"]!));
        Assert.Equal((string?)entries[2]["error"]!["code"], (string?)outcome.Document["error"]!["code"]);
        Assert.StartsWith("NRST1", (string?)entries[1]["error"]!["code"], StringComparison.Ordinal);
        Assert.StartsWith("NRST3", (string?)entries[2]["error"]!["code"], StringComparison.Ordinal);
        Assert.Equal("NRST0180", (string?)entries[3]["error"]!["code"]);
        Assert.Null(entries[3]["result"]);
        Assert.NotNull(entries[2]["result"]!["connect"]);
        _nrst.Run("verify", Firmware, "--probe", "virtual:good").Exits(0);
        _nrst.Run("verify", Firmware, "--probe", "virtual:fine").Exits(0);
    }

    [Fact]
    public void Without_a_terminal_every_line_of_progress_begins_with_its_board()
    {
        New("a");
        New("bb");
        var outcome = _nrst.Run("flash", Firmware, "--probe", "virtual:a", "--probe", "virtual:bb").Exits(0);
        var lines = outcome.Talk.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines, line => Assert.Matches("^virtual:(a  |bb )", line));
        Assert.All(["virtual:a   done", "virtual:bb  done"], done => Assert.Single(lines, line => line == done));
        Assert.Contains(lines, line => line.StartsWith("virtual:bb  verify", StringComparison.Ordinal));
        var results = outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, results.Length);
        Assert.StartsWith("virtual:a   STM32F", results[0], StringComparison.Ordinal);
        Assert.Contains("2,012 bytes proved by hash", results[1], StringComparison.Ordinal);
        Assert.Equal("All 2 boards are done.", results[2]);
    }

    [Fact]
    public void A_plan_for_several_boards_changes_none()
    {
        New("a");
        New("b");
        var outcome = _nrst.Run("flash", Firmware, "--plan", "--probe", "virtual:a", "--probe", "virtual:b").Exits(0);
        Assert.Contains("virtual:b  ", outcome.Output, StringComparison.Ordinal);
        _nrst.Run("verify", Firmware, "--probe", "virtual:a").Exits(8);
    }

    [Fact]
    public void Trouble_that_several_boards_share_is_told_once()
    {
        New("a");
        New("b");
        var outcome = _nrst.Run("flash", Firmware, "--probe", "virtual:a", "--probe", "virtual:b", "--chip", "STM32G071RB").Exits(5);
        Assert.Single(outcome.Talk.Split('\n'), line => line.StartsWith("error", StringComparison.Ordinal));
        Assert.Contains("virtual:a, virtual:b", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_once_and_no_board_is_touched()
    {
        New("a");
        New("b");
        var outcome = _nrst.Run("flash", _nrst.File("x.elf", [1, 2, 3]), "--json", "--probe", "virtual:a", "--probe", "virtual:b").Exits(3);
        Assert.Null(outcome.Document["result"]);
    }

    [Fact]
    public void One_probe_named_twice_is_wrong_usage_however_it_is_written()
    {
        New("a");
        var serial = (string)_nrst.Run("bench", "list", "--json").Result["boards"]![0]!["serial"]!;
        foreach (var other in (string[])["virtual:a", serial, serial[..8].ToLowerInvariant()])
        {
            var outcome = Flash("--probe", "virtual:a", "--probe", other).Exits(2);
            Assert.Equal("NRST0121", (string?)outcome.Document["error"]!["code"]);
        }

        _nrst.Run("verify", Firmware, "--probe", "virtual:a").Exits(8);
    }

    [Fact]
    public void One_board_of_the_bench_by_two_of_its_connectors_is_one_board()
    {
        New("a");
        foreach (var other in (string[])["dfu:virtual:a", "serial:virtual:a", "serial:virtual:a:57600"])
        {
            Assert.Equal("NRST0121", (string?)Flash("--probe", "virtual:a", "--probe", other).Exits(2).Document["error"]!["code"]);
        }
    }

    /// <summary>Behind one hub, so that each waits for the others' packets when it comes.</summary>
    [Fact]
    public void Ctrl_c_stops_every_board_and_each_says_what_its_chip_holds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent the Unix way.");
        string[] names = ["a", "b", "c"];
        Array.ForEach(names, name => New(name, "--hub", "desk"));
        var image = FlashingBench.Bytes(1024 * 1024, 5);
        string[] arguments =
        [
            "flash", _nrst.File("big.bin", image) + "@0x08000000", "--no-loader", "--json", .. names.SelectMany(name => (string[])["--probe", $"virtual:{name}"]),
        ];
        using var process = _nrst.Start(arguments);
        var compared = 0;
        while (compared < names.Length && process.StandardError.ReadLine() is { } talk)
        {
            compared += talk.Contains("  compare", StringComparison.Ordinal) ? 1 : 0; // after it the long part begins
        }

        System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        var outcome = CommandLine.Finish(process, arguments).Exits(9);

        var entries = Entries(outcome);
        Assert.Equal(3, entries.Count);
        foreach (var entry in entries)
        {
            Assert.False((bool)entry["ok"]!);
            Assert.Equal((string?)outcome.Document["error"]!["code"], (string?)entry["error"]!["code"]);
            var told = entry["error"]!["evidence"]!.AsArray().Select(line => Programmed().Match((string)line!)).Single(match => match.Success);
            AssertHolds(((string)entry["board"]!)["virtual:".Length..], image, int.Parse(told.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture));
        }

        Assert.Equal(3, Entries(Flash([.. names.SelectMany(name => (string[])["--probe", $"virtual:{name}"])]).Exits(0)).Count(entry => (bool)entry["ok"]!));
    }

    [Fact]
    public void A_reader_that_goes_away_is_no_error()
    {
        New("a");
        New("b");
        var outcome = _nrst.RunInShell("\"$@\" | head -n 1", "flash", Firmware, "--probe", "virtual:a", "--probe", "virtual:b").Exits(0);
        Assert.Single(outcome.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        _nrst.Run("verify", Firmware, "--probe", "virtual:b").Exits(0);
    }

    [Fact]
    public void What_goes_with_one_board_only_is_refused_for_several()
    {
        New("a");
        New("b");
        foreach (var arguments in (string[][])
        [
            ["--probe", "virtual:a", "--probe", "virtual:b", "--capture", System.IO.Path.Combine(_nrst.Folder, "c.pcapng")],
            ["--all", "--probe", "usb:1-2"],
            ["--all", "--probe", "virtual:a", "--probe", "virtual:b"],
        ])
        {
            Assert.Equal("NRST0122", (string?)Flash(arguments).Exits(2).Document["error"]!["code"]);
        }
    }

    [Fact]
    public void All_means_no_virtual_board_unless_it_says_so()
    {
        New("a");
        Assert.NotEqual(0, Flash("--all").ExitCode);
        Flash("--all", "--probe", "virtual:b").Exits(4);
        _nrst.Run("verify", Firmware, "--probe", "virtual:a").Exits(8);
        var outcome = Flash("--all", "--probe", "virtual:").Exits(0);
        Assert.Single(Entries(outcome)); // one board is a list too
    }

    /// <summary>So much of the image and nothing behind it, and the probe has let go of the chip.</summary>
    private void AssertHolds(string name, byte[] image, int programmed)
    {
        using var board = new VirtualBench.Boards.BoardStore(_nrst.Bench).Open(name);
        var flash = ((VirtualBench.Boards.ChipOnBoard)board.Chip).Silicon.Flash;
        Assert.True(flash[..programmed].SequenceEqual(image.AsSpan(0, programmed)), $"{name} says {programmed} bytes and holds others.");
        Assert.False(flash[programmed..].ContainsAnyExcept((byte)0xFF), $"{name} holds more than the {programmed} bytes it tells.");
        Assert.NotEqual(2, board.Device.State.Mode);
    }

    [GeneratedRegex("([0-9,]+) of [0-9,]+ bytes programmed")]
    private static partial Regex Programmed();

    private void New(string name, params string[] more) => _nrst.Run(["bench", "new", name, "--chip", "STM32F407VG", .. more]).Exits(0);

    private CommandLine.Outcome Flash(params string[] arguments) => _nrst.Run(["flash", Firmware, "--json", .. arguments]);

    private static List<JsonObject> Entries(CommandLine.Outcome outcome) =>
        [.. outcome.Result["boards"]!.AsArray().Select(entry => entry!.AsObject())];
}
