namespace Nrst.Specs.Connecting;

/// <summary>The ladder and the repairs on boards of the bench that are ill, each in the way it was built to be.</summary>
public sealed class On_boards_that_are_ill : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [InlineData("STM32F407VG", "nrst-push-pull", "attach", "core-reset", "quieted", "watchdog-frozen")]
    [InlineData("STM32G071RB", "nrst-push-pull", "attach", "core-reset", "quieted", "watchdog-frozen")]
    [InlineData("STM32H743ZI", "nrst-push-pull", "attach", "core-reset", "quieted", "watchdog-frozen")]
    [InlineData("STM32F407VG", "firmware-remaps-swd", "under-reset-slow", "kept-awake", "under-reset-slow")]
    [InlineData("STM32F407VG", "firmware-sleeps", "under-reset-slow", "kept-awake", "under-reset-slow")]
    [InlineData("STM32G071RB", "debug-switched-off", "under-reset-slow", "kept-awake", "under-reset-slow")]
    [InlineData("STM32H745ZI", "core-boot-disabled", "access-ports", "access-ports", "kept-awake")]
    [InlineData("STM32F407VG", "flash-errors-left", "attach", "stale-flash-errors")]
    [InlineData("STM32WB55RG", "flash-suspended", "attach", "flash-resumed")]
    [InlineData("STM32H743ZI", "ecc-damage:0x08000100", "attach", "sector-rewritten")]
    [InlineData("STM32F407VG", "nrst-unwired", "attach")]
    [InlineData("STM32G071RB", "nrst-is-gpio", "attach")]
    [InlineData("STM32F407VG", "firmware-watchdog", "attach")]
    [InlineData("STM32F407VG", "firmware-dma", "attach")]
    [InlineData("STM32F407VG", "firmware-locks-up", "attach")]
    [InlineData("STM32F407VG", "debug-state-left", "attach")]
    public void A_job_is_done_and_proved_by_this_way_and_with_these_repairs(string chip, string fault, string rung, params string[] repairs)
    {
        var result = Flash(chip, fault).Exits(0).Result;

        Assert.Equal(rung, (string?)result["connect"]!["rungs"]!.AsArray()[^1]!["name"]);
        Assert.Equal(repairs, result["repairs"]!.AsArray().Select(repair => (string?)repair!["name"]).Order(StringComparer.Ordinal));
        Assert.Equal(20_000, (int)result["proof"]!["bytesCompared"]!);
    }

    [Theory]
    [InlineData("STM32H743ZI", "vcap-missing", 8, "NRST5106")]
    [InlineData("STM32F407VG", "vcap-missing", 8, "NRST5106")]
    [InlineData("STM32F407VG", "flash-size-unreadable", 5, "NRST3302")]
    [InlineData("STM32F407VG", "swdio-contention", 5, "NRST3003")]
    public void Where_nothing_helps_there_is_no_success(string chip, string fault, int exit, string code)
    {
        var outcome = Flash(chip, fault).Exits(exit);

        Assert.Equal(code, (string?)outcome.Document["error"]!["code"]);
        Assert.DoesNotContain("proved", outcome.Talk, StringComparison.Ordinal);
    }

    private CommandLine.Outcome Flash(string chip, string fault)
    {
        _nrst.Run("bench", "new", "ill", "--chip", chip, "--fault", fault).Exits(0);
        return _nrst.Run("flash", _nrst.File("new.bin", FlashingBench.Bytes(20_000)) + "@0x08000000", "--probe", "virtual:ill", "--json");
    }
}
