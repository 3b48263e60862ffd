namespace Nrst.Specs.Diagnosis;

/// <summary>Five questions that people asked in public because another tool could not tell them why, on boards with what was wrong with theirs.</summary>
public sealed class The_five_threads : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    /// <summary>DEV_TARGET_RESET_ERR in every mode but core reset, then a wrong byte in the verification of 70,468 bytes.</summary>
    [Fact]
    public void A_supervisor_that_drives_NRST_is_named_and_the_F407_is_programmed_by_its_core_reset()
    {
        var result = Flash("STM32F407VG", "v2", 70_468, "nrst-push-pull", "firmware-dma").Exits(0).Result;

        Assert.Equal("NRST7010", Codes(result)[0]);
        Assert.Equal(70_468, (int)result["proof"]!["bytesCompared"]!);
        Assert.Equal(["core-reset", "quieted", "watchdog-frozen"], result["repairs"]!.AsArray().Select(repair => (string?)repair!["name"]).Order(StringComparer.Ordinal));
        Assert.Contains("DMA1", (string?)result["repairs"]!.AsArray().Single(repair => (string?)repair!["name"] == "quieted")!["text"], StringComparison.Ordinal);
    }

    /// <summary>"Data mismatch found at address 0x08000002 (byte = 0x00 instead of 0x08)", on a board without its capacitors at VCAP.</summary>
    [Fact]
    public void A_missing_capacitor_at_VCAP_is_named_with_its_unstable_words_and_there_is_no_success()
    {
        var outcome = Flash("STM32H743ZI", "v3", 66_744, "vcap-missing").Exits(8);

        Assert.Equal("NRST7005", Codes(outcome.Result)[0]);
        Assert.Contains("VCAP", (string?)outcome.Result["findings"]![0]!["remedies"]![0]!["advice"], StringComparison.Ordinal);
        Assert.Contains("words", (string?)outcome.Result["findings"]![0]!["evidence"]![0], StringComparison.Ordinal);
        Assert.DoesNotContain("proved", outcome.Talk, StringComparison.Ordinal);
        Assert.True((bool)outcome.Result["mismatch"]!["rereadsDiffer"]!);
    }

    /// <summary>Connecting worked now and then, and five presses of a button programmed five times: 0x5DA88 bytes.</summary>
    [Fact]
    public void An_H725_whose_program_sleeps_is_reached_on_a_later_rung_and_programmed_once()
    {
        var result = Flash("STM32H725ZG", "v2", 0x5DA88, "firmware-sleeps").Exits(0).Result;

        Assert.Equal("NRST7050", Codes(result)[0]);
        var rungs = result["connect"]!["rungs"]!.AsArray();
        Assert.Equal("failed", (string?)rungs[0]!["outcome"]);
        Assert.Equal("connected", (string?)rungs[^1]!["outcome"]);
        Assert.Equal(383_624, (int)result["proof"]!["bytesCompared"]!);
    }

    [Fact]
    public void An_H725_that_says_only_half_of_who_it_is_is_not_erased()
    {
        var outcome = Flash("STM32H725ZG", "v2", 0x5DA88, "flash-size-unreadable").Exits(5);

        Assert.Equal("NRST7043", Codes(outcome.Result)[0]);
        Assert.Null(outcome.Result["proof"]);
    }

    /// <summary>"File download complete" in a time in which no flash can have been written.</summary>
    [Fact]
    public void Flash_that_does_nothing_is_not_believed()
    {
        var outcome = Flash("STM32H725ZG", "v2", 0x5DA88, "flash-ignores-commands").Exits(7);

        Assert.Equal("NRST7087", Codes(outcome.Result)[0]);
        Assert.DoesNotContain("proved", outcome.Talk, StringComparison.Ordinal);
    }

    /// <summary>An erase that never happens, over SWD. By way of the USB loader it is another specification.</summary>
    [Fact]
    public void An_L073_whose_erase_does_nothing_is_named()
    {
        var outcome = Flash("STM32L073RZ", "v2-1", 66_748, "flash-ignores-erase").Exits(7);

        Assert.Equal("NRST7087", Codes(outcome.Result)[0]);
    }

    private CommandLine.Outcome Flash(string chip, string kind, int bytes, params string[] faults)
    {
        _nrst.Run(["bench", "new", "board", "--chip", chip, "--probe-kind", kind, "--programmed", .. faults.SelectMany(fault => new[] { "--fault", fault })]).Exits(0);
        return _nrst.Run("flash", _nrst.File("new.bin", FlashingBench.Bytes(bytes)) + "@0x08000000", "--probe", "virtual:board", "--chip", chip, "--json");
    }

    private static string?[] Codes(System.Text.Json.Nodes.JsonNode result) => [.. result["findings"]!.AsArray().Select(finding => (string?)finding!["code"])];
}
