using System.Text.Json.Nodes;

namespace Nrst.Specs.Connecting;

/// <summary>The ways to connect and the repairs, as scripts and people see them.</summary>
public sealed class What_the_command_line_says_of_it : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void On_a_healthy_board_the_document_names_one_way_and_the_talk_none()
    {
        var outcome = _nrst.Run("info", "--probe", "virtual:STM32F407VG", "--json").Exits(0);

        var rung = Assert.Single(outcome.Result["connect"]!["rungs"]!.AsArray())!;
        Assert.Equal(("attach", "connected"), ((string?)rung["name"], (string?)rung["outcome"]));
        Assert.Contains("STM32F405/407/415/417 at 4000 kHz", (string?)rung["observed"], StringComparison.Ordinal);
        Assert.InRange((double)rung["seconds"]!, 0.0001, 1);
        Assert.Empty(outcome.Result["repairs"]!.AsArray());
        Assert.DoesNotContain("attach", outcome.Talk, StringComparison.Ordinal);
        Assert.Contains("attach, connected", _nrst.Run("info", "--probe", "virtual:STM32F407VG", "-v").Exits(0).Talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_nrst.Folder, "state"))); // nothing to remember
    }

    [Fact]
    public void A_noisy_board_is_told_its_clock_in_talk_and_document()
    {
        _nrst.Run("bench", "new", "long-wires", "--chip", "STM32F407VG", "--fault", "swd-noisy-above:1000").Exits(0);

        var outcome = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:long-wires", "--json").Exits(0);

        Assert.Equal(["slower-clock"], outcome.Result["repairs"]!.AsArray().Select(repair => (string?)repair!["name"]));
        Assert.Contains("repair", outcome.Talk, StringComparison.Ordinal);
        Assert.Contains("950 kHz now", outcome.Talk.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Equal(950, (int)outcome.Result["probe"]!["kilohertz"]!);
    }

    [Fact]
    public void Where_no_way_works_every_one_is_named_with_what_it_met()
    {
        _nrst.Run("bench", "new", "cut", "--chip", "STM32F407VG", "--fault", "swd-disconnected").Exits(0);

        var outcome = _nrst.Run("info", "--probe", "virtual:cut", "--json").Exits(5);

        var rungs = outcome.Document["result"]!["connect"]!["rungs"]!.AsArray();
        Assert.Equal(
            ["attach", "normal", "core-reset", "under-reset-slow", "under-reset", "pulse", "power-cycle", "access-ports"],
            rungs.Select(rung => (string?)rung!["name"]));
        Assert.All(rungs, rung => Assert.NotEmpty((string)rung!["observed"]!));
        Assert.Contains("under-reset: ", outcome.Document["error"]!["evidence"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("pulse, failed", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_supply_little_is_tried()
    {
        _nrst.Run("bench", "new", "dark", "--chip", "STM32F407VG", "--fault", "no-target-power").Exits(0);

        var rungs = _nrst.Run("info", "--probe", "virtual:dark", "--json").Exits(5).Document["result"]!["connect"]!["rungs"]!.AsArray();

        Assert.Equal(["attach", "under-reset-slow"], Named(rungs, "failed"));
        Assert.Empty(Named(rungs, "connected"));
    }

    [Theory]
    [InlineData("attach", "attach")]
    [InlineData("hot-plug", "attach")]
    [InlineData("normal", "normal")]
    [InlineData("core-reset", "core-reset")]
    [InlineData("under-reset", "under-reset")]
    [InlineData("pulse", "pulse")]
    public void A_mode_is_that_way_and_no_other(string mode, string rung) =>
        Assert.Equal([rung], Named(_nrst.Run("info", "--probe", "virtual:STM32F407VG", "--connect", mode, "--json").Exits(0).Result["connect"]!["rungs"]!.AsArray(), "connected"));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1e9")]
    public void A_time_to_connect_in_is_a_time(string seconds)
    {
        var error = _nrst.Run("info", "--probe", "virtual:STM32F407VG", $"--connect-timeout={seconds}", "--json").Exits(2).Document["error"]!;

        Assert.Equal("NRST0119", (string?)error["code"]);
    }

    private static IEnumerable<string?> Named(JsonArray rungs, string outcome) =>
        rungs.Where(rung => (string?)rung!["outcome"] == outcome).Select(rung => (string?)rung!["name"]);
}
