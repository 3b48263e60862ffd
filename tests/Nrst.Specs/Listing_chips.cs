using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary><c>nrst chips</c> through the real executable.</summary>
public sealed class Listing_chips : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void One_part_is_shown_with_its_memories_and_what_supports_them()
    {
        var shown = _nrst.Run("chips", "stm32f407vgt6").Exits(0).Output;

        string[] words = ["STM32F407VG", "M4F", "1024 KiB flash", "192 KiB RAM", "4x16K 1x64K 7x128K", "simulated over SWD, as OpenOCD"];
        Assert.All(words, word => Assert.Contains(word, shown, StringComparison.Ordinal));
    }

    [Fact]
    public void A_pattern_lists_what_fits_it_and_nothing_else()
    {
        var lines = _nrst.Run("chips", "STM32F4?7V*").Exits(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var parts = lines.Where(line => !line.StartsWith(' ')).Select(line => line.Split(' ')[0]).ToArray();
        Assert.Equal(["STM32F407VE", "STM32F407VG", "STM32F417VE", "STM32F417VG", "STM32F427VG", "STM32F427VI", "STM32F437VG", "STM32F437VI"], parts);
        Assert.All(lines, line => Assert.InRange(line.Length, 1, 100));
    }

    [Fact]
    public void All_of_them_are_in_the_document()
    {
        var chips = _nrst.Run("chips", "--json").Exits(0).Result["chips"]!.AsArray();

        Assert.Equal(1580, chips.Count);
        var split = chips.Single(chip => (string?)chip!["part"] == "STM32G474CB")!;
        Assert.Equal("0x469", (string?)split["deviceId"]);
        Assert.Equal("DBANK=1", (string?)split["layouts"]![0]!["when"]);
        Assert.Equal("0x08040000", (string?)split["layouts"]![0]!["banks"]![1]!["address"]);
        Assert.Equal("32x2K", (string?)split["layouts"]![0]!["banks"]![1]!["sectors"]);
        Assert.All(chips, chip => Assert.IsType<JsonArray>(chip!["evidence"]));
    }

    [Fact]
    public void A_name_that_stops_early_lists_all_that_go_on_from_there() =>
        Assert.True(_nrst.Run("chips", "stm32g071").Exits(0).Output.Split("STM32G071").Length > 10);

    [Fact]
    public void A_name_like_no_other_is_an_error_with_those_that_are_alike()
    {
        var talk = _nrst.Run("chips", "STM32F409VG").Exits(2).Talk;

        Assert.Contains("NRST0118", talk, StringComparison.Ordinal);
        Assert.Contains("STM32F407VG", talk, StringComparison.Ordinal);
    }
}
