using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary>What scripts rely on: streams, documents, exit codes, selectors.</summary>
public sealed class The_contract_of_the_command_line : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void With_json_stdout_is_one_document_and_progress_is_on_stderr()
    {
        var outcome = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "--json").Exits(0);

        var document = outcome.Document;
        Assert.Equal("nrst/1", (string?)document["schema"]);
        Assert.Equal("flash", (string?)document["command"]);
        Assert.True((bool)document["ok"]!);
        Assert.Null(document["error"]);
        string[] parts = ["image", "chip", "probe", "plan", "proof", "exchanges", "seconds"];
        Assert.All(parts, part => Assert.NotNull(outcome.Result[part]));
        Assert.Contains("program", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_in_json_has_code_fact_cause_evidence_and_remedies()
    {
        var error = _nrst.Run("info", "--json").Exits(4).Document["error"]!.AsObject();

        Assert.Equal("NRST1001", (string?)error["code"]);
        Assert.All((string[])["fact", "cause"], part => Assert.NotEmpty((string)error[part]!));
        Assert.IsType<JsonArray>(error["evidence"]);
        Assert.NotEmpty(error["remedies"]!.AsArray());
    }

    [Fact]
    public void Flashing_again_says_what_it_saved_and_verbose_what_the_silicon_needs()
    {
        var first = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "-v").Exits(0);
        var again = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "--json").Exits(0).Result;

        Assert.Contains("1 of 1 sector differs, and nothing had to be erased: ", first.Output, StringComparison.Ordinal);
        Assert.Contains("The silicon needs 0.008 s by its data sheet: 0.000 s erasing, 0.008 s programming. It took ", first.Output, StringComparison.Ordinal);
        Assert.Equal(0, (double)again["bound"]!["total"]!);
        Assert.Equal((1, 0, 0), ((int)again["saving"]!["sectors"]!, (int)again["saving"]!["changed"]!, (int)again["saving"]!["erased"]!));
        var erased = _nrst.Run("erase", "--range", "0x08000000+16K", "--probe", "virtual:STM32F407VG", "--json").Exits(0).Result;
        Assert.Equal(0.25, (double)erased["bound"]!["total"]!);
    }

    [Fact]
    public void What_is_wrong_with_a_file_is_said_before_what_is_wrong_with_the_probe_and_the_chip_is_left_alone()
    {
        Assert.Equal("NRST4001", (string?)_nrst.Run("flash", "nowhere.elf", "--probe", "virtual:nowhere", "--json").Exits(3).Document["error"]!["code"]);
        Assert.Equal("NRST4001", (string?)_nrst.Run("verify", "nowhere.elf", "--speed", "-1", "--json").Exits(3).Document["error"]!["code"]);

        _nrst.Run("bench", "new", "STM32F407VG", "--chip", "STM32F407VG").Exits(0); // a board that is there is opened while the file is being read
        var capture = _nrst.File("it.pcapng", []);
        _nrst.Run("flash", "nowhere.elf", "--probe", "virtual:STM32F407VG", "--connect", "under-reset", "--capture", capture).Exits(3);

        ReadOnlySpan<byte> reset = [0xF2, 0x3C, 0x00], enter = [0xF2, 0x30, 0xA3]; // NRST low, and the switch to SWD
        var sent = File.ReadAllBytes(capture);
        Assert.Equal((-1, -1), (sent.AsSpan().IndexOf(reset), sent.AsSpan().IndexOf(enter)));
    }

    [Fact]
    public void Without_json_stdout_holds_the_result_and_nothing_else()
    {
        var outcome = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);

        Assert.Contains("proved by hash", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("compare", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', outcome.Output + outcome.Talk); // no colours and no bars into a pipe
    }

    [Fact]
    public void A_reader_that_goes_away_is_no_error() =>
        _nrst.RunInShell("\"$@\" | head -n 1", "read", "0x08000000", "64K", "--probe", "virtual:STM32F407VG").Exits(0);

    [Fact]
    public void Every_error_ends_with_what_to_do()
    {
        var talk = _nrst.Run("info", "--probe", "virtual:nowhere").Exits(2).Talk;

        Assert.All((string[])["error NRST", "what  ", "do  ", "nrst explain NRST"], part => Assert.Contains(part, talk, StringComparison.Ordinal));
    }

    [Fact]
    public void Boards_are_listed_with_the_selector_that_opens_them()
    {
        _nrst.Run("bench", "new", "desk", "--chip", "STM32F411RE", "--probe-kind", "v3").Exits(0);

        var probe = Assert.Single(_nrst.Run("list", "--json").Exits(0).Result["probes"]!.AsArray())!;

        Assert.Equal("virtual:desk", (string?)probe["selector"]);
        _nrst.Run("info", "--probe", "virtual:desk").Exits(0);
        _nrst.Run("bench", "remove", "desk").Exits(0);
        _nrst.Run("info", "--probe", "virtual:desk").Exits(2);
    }

    [Fact]
    public void A_board_keeps_its_flash_between_commands()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        _nrst.Run("write", "0x08004003", _nrst.File("some.bin", bytes), "--probe", "virtual:STM32F407VG").Exits(0);

        var read = _nrst.Run("read", "0x08004003", "100", "--probe", "virtual:STM32F407VG", "--json").Exits(0).Result;

        Assert.Equal(Convert.ToHexString(bytes), (string?)read["data"]);
    }

    [Fact]
    public void Erase_blanks_the_sectors_of_a_range_and_no_other()
    {
        var full = new byte[64 * 1024];
        new Random(2).NextBytes(full);
        _nrst.Run("flash", _nrst.File("full.bin", full) + "@0x08000000", "--probe", "virtual:STM32F407VG").Exits(0);

        _nrst.Run("erase", "--range", "0x08004000..0x08004000", "--probe", "virtual:STM32F407VG").Exits(0);

        var back = Path.Combine(_nrst.Folder, "back.bin");
        _nrst.Run("read", "0x08000000", "64K", "-o", back, "--probe", "virtual:STM32F407VG").Exits(0);
        full.AsSpan(0x4000, 0x4000).Fill(0xFF);
        Assert.Equal(full, File.ReadAllBytes(back));
    }

    [Theory]
    [InlineData("system")]
    [InlineData("core")]
    [InlineData("pin")]
    public void Every_kind_of_reset_works(string kind)
    {
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);

        _nrst.Run("reset", "--kind", kind, "--probe", "virtual:STM32F407VG").Exits(0);
        _nrst.Run("reset", "--kind", kind, "--halt", "--probe", "virtual:STM32F407VG").Exits(0);
    }

    [Fact]
    public void Every_listed_code_can_be_explained()
    {
        var codes = _nrst.Run("explain", "--json").Exits(0).Result["codes"]!.AsArray();

        Assert.True(codes.Count > 40);
        Assert.Contains("What to do", _nrst.Run("explain", (string)codes[0]!).Exits(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stlink_server_gives_the_same_board_over_tcp()
    {
        using var server = _nrst.Start("bench", "serve", "STM32F407VG", "--stlink-server", "0", "--realtime");
        try
        {
            var line = JsonNode.Parse(server.StandardOutput.ReadLine()!)!;

            var result = _nrst.Run("flash", Repository.Sample, "--probe", $"tcp:127.0.0.1:{line["stlinkServer"]}", "--json").Exits(0).Result;

            Assert.Equal("STM32F407VG", (string?)line["board"]);
            Assert.Equal("hash", (string?)result["proof"]!["kind"]);
        }
        finally
        {
            System.Diagnostics.Process.Start("kill", ["-INT", $"{server.Id}"])!.WaitForExit();
            CommandLine.Finish(server, "bench", "serve").Exits(0);
        }
    }
}
