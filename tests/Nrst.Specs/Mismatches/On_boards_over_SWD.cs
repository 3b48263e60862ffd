using System.Text.Json.Nodes;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs.Mismatches;

/// <summary>Boards whose flash fails in the way that they were built to, and what the real executable makes of the bytes.</summary>
public sealed class On_boards_over_SWD : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void A_worn_sector_is_partly_erased_and_every_place_is_told()
    {
        Make("STM32F407VG", "flash-weak-erase:0");
        Flash(FlashingBench.Bytes(70_000, 7)).Exits(0);

        var (code, mismatch) = Differs(Flash(FlashingBench.Bytes(16_000)));

        Assert.Equal(("NRST5111", "partlyErased"), (code, (string?)mismatch["kind"]));
        Assert.InRange((int)mismatch["bytesDifferent"]!, 5, 500);
        Assert.False((bool)mismatch["rereadsDiffer"]!);
        Assert.All(Ranges(mismatch), range => Assert.InRange(range.Last.Value, 0x0800_0000u, 0x0800_3FFFu));
        Assert.True(Ranges(mismatch).Count > 4);
    }

    /// <summary>Programmed over what is left, its words have wrong error codes: the sector is erased once more, and found not to be blank.</summary>
    [Fact]
    public void A_worn_sector_of_a_flash_with_error_codes_is_partly_erased_as_well()
    {
        Make("STM32H743ZI", "flash-weak-erase:0");
        Flash(FlashingBench.Bytes(70_000, 7)).Exits(0);

        var (code, mismatch) = Differs(Flash(FlashingBench.Bytes(16_000)));

        Assert.Equal(("NRST5003", "partlyErased"), (code, (string?)mismatch["kind"]));
        Assert.Equal(128 * 1024, (int)mismatch["bytesCompared"]!);
        Assert.Equal((int)mismatch["bytesDifferent"]!, Ranges(mismatch).Count);
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32H743ZI")]
    public void A_word_that_cannot_be_programmed_is_told_to_the_byte(string chip)
    {
        Make(chip, "flash-stuck-bit:0x08000100");

        var (code, mismatch) = Differs(Flash(Unlike0xFF(8000)));

        Assert.Equal(("NRST5109", "stuckCells"), (code, (string?)mismatch["kind"]));
        Assert.Equal([new AddressRange(new Address(0x0800_0100), 4)], Ranges(mismatch));
        Assert.Equal(4, (int)mismatch["bytesDifferent"]!);
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32H743ZI")]
    public void A_core_supply_without_its_capacitor_reads_differently_each_time(string chip)
    {
        Make(chip, "vcap-missing");

        var (code, mismatch) = Differs(Flash(FlashingBench.Bytes(70_468)));

        Assert.Equal(("NRST5106", "unsteady", true), (code, (string?)mismatch["kind"], (bool)mismatch["rereadsDiffer"]!));
    }

    [Fact]
    public void A_program_that_counts_in_its_own_flash_is_found_out()
    {
        Make("STM32F407VG", "firmware-rewrites-flash");
        var dump = Path.Combine(_nrst.Folder, "dump.bin");
        _nrst.Run("read", "0x08000000", "64K", "-o", dump, "--probe", "virtual:ill").Exits(0);

        var (code, mismatch) = Differs(Verify(dump));

        Assert.Equal(("NRST5107", "rewritten"), (code, (string?)mismatch["kind"]));
        Assert.Single(Ranges(mismatch));
        var text = File.ReadAllBytes(dump);
        Assert.All(Ranges(mismatch), range => Assert.Equal(0xFF, text[range.Start.Value - 0x0800_0000]));
    }

    [Theory]
    [InlineData("STM32H743ZI", 32)]
    [InlineData("STM32H7B3VI", 16)]
    [InlineData("STM32H7R3Z8", 16)]
    public void A_word_with_a_wrong_error_code_is_told_beside_what_can_be_read(string chip, int word)
    {
        Make(chip, "ecc-damage:0x08000040");

        var (code, mismatch) = Differs(Verify(_nrst.File("blank.bin", Blank(16 * 1024))));

        Assert.Equal(("NRST5110", "unreadable"), (code, (string?)mismatch["kind"]));
        Assert.Equal([new AddressRange(new Address(0x0800_0040), (uint)word)], Ranges(mismatch));
        Assert.Equal(word, (int)mismatch["bytesDifferent"]!);
    }

    [Fact]
    public void Without_the_loader_a_damaged_word_is_rewritten_as_well()
    {
        Make("STM32H743ZI", "ecc-damage:0x08000040");

        var result = _nrst.Run("flash", _nrst.File("new.bin", FlashingBench.Bytes(2_000)) + "@0x08000000", "--no-loader", "--probe", "virtual:ill", "--json").Exits(0).Result;

        Assert.Contains("sector-rewritten", result["repairs"]!.AsArray().Select(repair => (string?)repair!["name"]));
    }

    [Theory]
    [InlineData("blank")]
    [InlineData("other")]
    public void A_flash_that_is_smaller_than_the_chip_says_ends_where_it_ends(string contents)
    {
        const int Length = 600_000, End = 512 * 1024;
        Make("STM32F407VG", "flash-smaller");

        var (code, mismatch) = Differs(Verify(_nrst.File("big.bin", contents == "blank" ? Blank(Length) : FlashingBench.Bytes(Length))));

        Assert.Equal(("NRST5108", "beyondFlash"), (code, (string?)mismatch["kind"]));
        var ranges = Ranges(mismatch);
        Assert.Equal(new Address(0x0800_0000 + Length - 1), ranges[^1].Last);
        Assert.Equal(contents == "blank" ? 0x0800_0000u + End : 0x0800_0000, ranges[0].Start.Value);
    }

    [Theory]
    [InlineData("STM32F407VG", 600_000)]
    [InlineData("STM32H743ZI", 1_200_000)]
    public void An_image_is_not_put_where_there_is_no_flash(string chip, int length)
    {
        Make(chip, "flash-smaller");

        var outcome = Flash(FlashingBench.Bytes(length)).Exits(7);

        Assert.Equal("NRST2014", (string?)outcome.Document["error"]!["code"]);
        Assert.DoesNotContain("written anew", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_erase_reads_differently_each_time()
    {
        Make("STM32F407VG", "erase-interrupted:0");

        var (code, mismatch) = Differs(Verify(_nrst.File("new.bin", FlashingBench.Bytes(8_000))));

        Assert.Equal(("NRST5106", "unsteady"), (code, (string?)mismatch["kind"]));
    }

    /// <summary>Programmed by OpenOCD, who did not notice before its own comparison.</summary>
    [Fact]
    public async Task What_OpenOCD_programmed_over_an_erase_that_never_was_is_told_for_what_it_is()
    {
        OpenOcdRun.Require();
        Make("STM32F407VG", "flash-ignores-erase");
        Flash(FlashingBench.Bytes(20_000, 7)).Exits(0);
        var image = FlashingBench.Bytes(20_000);
        var file = _nrst.File("image.bin", image);
        using (var board = new BoardStore(_nrst.Bench).Open("ill"))
        {
            var (exit, talk) = await OpenOcdRun.On(board, "dapdirect_swd", ["init", "reset halt", $"program {file} 0x08000000 verify"]);
            Assert.NotEqual(0, exit);
            Assert.Contains("checksum mismatch", talk, StringComparison.Ordinal);
        }

        var (code, mismatch) = Differs(Verify(file));

        Assert.Equal(("NRST5102", "notErased"), (code, (string?)mismatch["kind"]));
        var expected = FlashingBench.Bytes(20_000, 7).Zip(image).Count(pair => (pair.First & pair.Second) != pair.Second);
        Assert.Equal(expected, (int)mismatch["bytesDifferent"]!);
    }

    [Fact]
    public void Another_program_is_told_with_its_places_in_words_and_all_of_them_in_the_document()
    {
        Make("STM32F407VG");
        var bytes = FlashingBench.Bytes(20_000);
        Flash(bytes).Exits(0);
        for (var i = 0; i < 7; i++)
        {
            (bytes[1000 * i], bytes[(1000 * i) + 1]) = ((byte)~bytes[1000 * i], (byte)~bytes[(1000 * i) + 1]);
        }

        var outcome = Verify(_nrst.File("other.bin", bytes));

        var (code, mismatch) = Differs(outcome);
        Assert.Equal(("NRST5001", "unexplained"), (code, (string?)mismatch["kind"]));
        Assert.Equal(Enumerable.Range(0, 7).Select(i => new AddressRange(new Address(0x0800_0000 + (1000 * (uint)i)), 2)), Ranges(mismatch));
        Assert.Equal((14, 20_000), ((int)mismatch["bytesDifferent"]!, (int)mismatch["bytesCompared"]!));
        Assert.Contains("14 bytes differ of 20,000", outcome.Talk, StringComparison.Ordinal);
        Assert.Contains("and 3 more places", string.Join(' ', outcome.Talk.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_transfer_that_came_twice_is_told_with_its_length()
    {
        Make("STM32F407VG");
        var bytes = FlashingBench.Bytes(20_000);
        Flash(bytes).Exits(0);
        Harm(flash => bytes.AsSpan(0x1000, 512).CopyTo(flash[0x1200..]));

        var outcome = Verify(_nrst.File("image.bin", bytes));

        var (code, mismatch) = Differs(outcome);
        Assert.Equal(("NRST5105", "moved"), (code, (string?)mismatch["kind"]));
        Assert.Equal([new AddressRange(new Address(0x0800_1200), 512)], Ranges(mismatch));
        Assert.Contains("512 bytes too high", string.Join(' ', outcome.Talk.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_of_several_boards_has_its_own()
    {
        _nrst.Run("bench", "new", "good", "--chip", "STM32F407VG").Exits(0);
        Make("STM32F407VG", "flash-stuck-bit:0x08000100");

        var document = _nrst.Run(
            "flash", _nrst.File("new.bin", Unlike0xFF(8000)) + "@0x08000000", "--probe", "virtual:good", "--probe", "virtual:ill", "--json").Exits(8).Document;

        var boards = document["result"]!["boards"]!.AsArray();
        Assert.Null(boards[0]!["result"]!["mismatch"]);
        Assert.Equal("stuckCells", (string?)boards[1]!["result"]!["mismatch"]!["kind"]);
    }

    private void Make(string chip, params string[] faults) =>
        _nrst.Run(["bench", "new", "ill", "--chip", chip, .. faults.SelectMany(fault => (string[])["--fault", fault])]).Exits(0);

    private CommandLine.Outcome Flash(byte[] bytes) =>
        _nrst.Run("flash", _nrst.File("new.bin", bytes) + "@0x08000000", "--probe", "virtual:ill", "--json");

    private CommandLine.Outcome Verify(string file) => _nrst.Run("verify", file + "@0x08000000", "--probe", "virtual:ill", "--json");

    private void Harm(Harmer harm)
    {
        using var board = new BoardStore(_nrst.Bench).Open("ill");
        harm(((ChipOnBoard)board.Chip).Silicon.Flash);
    }

    private static (string? Code, JsonObject Mismatch) Differs(CommandLine.Outcome outcome)
    {
        var document = outcome.Exits(8).Document;
        return ((string?)document["error"]!["code"], document["result"]!["mismatch"]!.AsObject());
    }

    private static List<AddressRange> Ranges(JsonObject mismatch) =>
    [
        .. mismatch["ranges"]!.AsArray().Select(range =>
            new AddressRange(new Address(Convert.ToUInt32((string)range!["address"]!, 16)), (uint)range["length"]!)),
    ];

    private static byte[] Blank(int length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(0xFF);
        return bytes;
    }

    /// <summary>Where a word stays blank, all of its bytes are seen to.</summary>
    private static byte[] Unlike0xFF(int length) => [.. FlashingBench.Bytes(length).Select(value => value == 0xFF ? (byte)0x5A : value)];

    private delegate void Harmer(Span<byte> flash);
}
