using System.Text;

namespace Nrst.Images.Tests;

public sealed class Reading_Intel_HEX
{
    // Data record and end from Intel's specification, revision A.
    private const string Example = ":10246200464C5549442050524F46494C4500464C33\n:00000001FF\n";

    [Fact]
    public void The_specification_s_example_is_read()
    {
        var image = Files.Read(Example);

        var piece = Assert.Single(image.Pieces);
        Assert.Equal(ImageFormat.IntelHex, image.Format);
        Assert.Equal(new Address(0x2462), piece.Start);
        Assert.Equal("FLUID PROFILE\0FL"u8, piece.Data.Span);
        Assert.Null(image.Entry);
    }

    [Fact]
    public void The_specification_s_control_records_are_understood()
    {
        Assert.Equal(new Address(0xC0DE_56FE),
            Files.Read(Files.Hex("02000004C0DE", "0156FE00AA", "00000001")).Pieces[0].Start);
        Assert.Equal(new Address(0x1_2342), Files.Read(Files.Hex("020000021234", "0100020055", "00000001")).Pieces[0].Start);
        Assert.Equal(new Address(0xCD), Files.Read(":04000005000000CD2A\n" + Example).Entry);
        Assert.Equal(new Address(0x3800), Files.Read(":0400000300003800C1\n" + Example).Entry);
        Assert.Equal(new Address(0x1_2345), Files.Read(Files.Hex("0400000312340005") + Example).Entry);
    }

    [Fact]
    public void Within_a_segment_the_offset_wraps_at_64_KiB()
    {
        var image = Files.Read(Files.Hex("020000021000", "04FFFE0001020304", "00000001"));

        Assert.Equal([new(0x1_0000), new(0x1_FFFE)], image.Pieces.Select(piece => piece.Start));
        Assert.Equal([3, 4], image.Pieces[0].Data.ToArray());
        Assert.Equal([1, 2], image.Pieces[1].Data.ToArray());
    }

    [Fact]
    public void A_linear_address_goes_on_past_64_KiB()
    {
        var image = Files.Read(Files.Hex("020000040800", "04FFFE0001020304", "00000001"));

        Assert.Equal(new AddressRange(new(0x0800_FFFE), 4), Assert.Single(image.Pieces).Range);
    }

    [Fact]
    public void The_last_extended_address_counts_alone()
    {
        var image = Files.Read(Files.Hex("020000040800", "020000021000", "0100000011", "020000040001", "0100010022", "00000001"));

        Assert.Equal(new AddressRange(new(0x1_0000), 2), Assert.Single(image.Pieces).Range);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    [InlineData("  \r\n\n\t")]
    public void Line_ends_and_blanks_are_of_no_account(string end)
    {
        var text = "\uFEFF" + end + Example.Replace("\n", end, StringComparison.Ordinal).ToLowerInvariant();

        Assert.Equal(Files.Contents(Files.Read(Example)), Files.Contents(Files.Read(Encoding.UTF8.GetBytes(text))));
    }

    [Fact]
    public void Records_that_touch_become_one_piece_that_knows_its_lines()
    {
        var image = Files.Read(
            Files.Hex("020000040800", "020000000102", "020002000304", "01000A0005", "0100040009", "00000001"));

        Assert.Equal(["lines 2..5", "line 4"], image.Pieces.Select(piece => piece.Origin));
        Assert.Equal([1, 2, 3, 4, 9], image.Pieces[0].Data.ToArray());
    }

    [Fact]
    public void Lines_out_of_order_still_make_one_piece()
    {
        Assert.Equal("lines 2, 1", Files.Read(Files.Hex("0100010002", "0100000001", "00000001")).Pieces[0].Origin);

        var backwards = Enumerable.Range(0, 9).Select(i => $"01000{9 - i}00FF").Append("00000001");
        Assert.Equal("lines 1..9, not in order", Assert.Single(Files.Read(Files.Hex([.. backwards])).Pieces).Origin);
    }

    [Theory]
    [InlineData(":10246200464C5549442050524F46494C4500464C34", "NRST4021", "the checksum is 34, should be 33.")]
    [InlineData(":10246200464C5549442050524F46494C4500464G33", "NRST4020", "'G' in column 41 is not a hexadecimal digit.")]
    [InlineData(":10246200464C5549442050524F46494C4500464C", "NRST4020",
        "the record has 40 hexadecimal digits, should have 42 by its own byte count.")]
    [InlineData(":1024620", "NRST4020", "the record has 7 hexadecimal digits, should have at least 10.")]
    [InlineData("10246200464C", "NRST4020", "the record begins with '1', should begin with ':'.")]
    [InlineData(":00000006FA", "NRST4020", "the record type is 06, should be 00 to 05.")]
    [InlineData(":0100000401FA", "NRST4020", "the record holds 1 data bytes, should hold 2 by its type.")]
    [InlineData(":0100000100FE", "NRST4020", "the record holds 1 data bytes, should hold 0 by its type.")]
    public void A_broken_record_is_quoted_with_its_line_and_rule(string line, string code, string rule)
    {
        var error = Files.Refused("\r\n" + Files.Hex("0100000001") + line + "\n:00000001FF\n");

        Assert.Equal((code, $"app, line 3: {rule}"), (error.Code, error.Message));
        Assert.NotNull(error.LikelyCause);
        Assert.NotEmpty(error.Remedies);
    }

    [Fact]
    public void A_file_must_end_with_its_end_record_and_nothing_after()
    {
        var cut = Files.Refused(Example[..Example.IndexOf('\n', StringComparison.Ordinal)]);
        var joined = Files.Refused(Example + "\n" + Example);

        Assert.Equal(("NRST4022", "app, line 1: the file ends without an End of File record (type 01)."), (cut.Code, cut.Message));
        Assert.Equal(("NRST4022", "app, line 4: something follows the End of File record (type 01)."), (joined.Code, joined.Message));
    }

    [Fact]
    public void An_overlap_names_both_lines_even_if_the_bytes_are_equal()
    {
        var error = Files.Refused(
            Files.Hex("020000040800", "0400000001020304", "020010000102", "020002000304", "00000001"));

        Assert.Equal(("NRST4005", "app: line 2 and line 4 both hold a byte for 0x0800_0002."), (error.Code, error.Message));
    }

    [Fact]
    public void The_last_byte_of_the_map_can_be_used_and_no_more()
    {
        var last = Files.Read(Files.Hex("02000004FFFF", "02FFFE000102", "00000001"));
        var beyond = Files.Refused(Files.Hex("02000004FFFF", "03FFFE00010203", "00000001"));

        Assert.Equal(new Address(uint.MaxValue), last.Pieces[0].Range.Last);
        Assert.Equal("NRST4006", beyond.Code);
        Assert.Contains("line 2", beyond.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_without_data_is_nothing_to_program() =>
        Assert.Equal("NRST4004", Files.Refused(":00000001FF\n").Code);
}
