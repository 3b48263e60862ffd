namespace Nrst.Images.Tests;

public sealed class Reading_S_records
{
    // The example of the srec(5) manual page and of Motorola's own description.
    private const string Example = """
        S00600004844521B
        S1130000285F245F2212226A000424290008237C2A
        S11300100002000800082629001853812341001813
        S113002041E900084E42234300182342000824A952
        S107003000144ED492
        S5030004F8
        S9030000FC

        """;

    [Fact]
    public void The_example_everybody_knows_is_read()
    {
        var image = Files.Read(Example);

        var piece = Assert.Single(image.Pieces);
        Assert.Equal(ImageFormat.SRecord, image.Format);
        Assert.Equal(new AddressRange(new(0), 0x34), piece.Range);
        Assert.Equal([0x28, 0x5F, 0x24, 0x5F], piece.Data.ToArray()[..4]);
        Assert.Equal([0x00, 0x14, 0x4E, 0xD4], piece.Data.ToArray()[^4..]);
        Assert.Equal("lines 2..5", piece.Origin);
        Assert.Null(image.Entry);
    }

    [Theory]
    [InlineData("S104800011", "S9038001", 0x8000, 0x8001)]
    [InlineData("S20580000011", "S804800101", 0x800000, 0x800101)]
    [InlineData("S306080000FF11", "S70508000101", 0x080000FF, 0x08000101)]
    public void Each_width_of_address_has_its_data_and_its_end(string data, string end, uint start, uint entry)
    {
        var image = Files.Read(Files.SRec(data, end));

        Assert.Equal(new AddressRange(new(start), 1), Assert.Single(image.Pieces).Range);
        Assert.Equal([0x11], image.Pieces[0].Data.ToArray());
        Assert.Equal(new Address(entry), image.Entry);
    }

    [Fact]
    public void A_count_is_checked_in_both_widths()
    {
        Assert.Equal(1, Files.Read(Files.SRec("S104000011", "S5030001", "S9030000")).Bytes);
        Assert.Equal(1, Files.Read(Files.SRec("S104000011", "S604000001", "S9030000")).Bytes);

        var error = Files.Refused(Files.SRec("S104000011", "S104000111", "S604000003", "S9030000"));

        Assert.Equal(("NRST4022", "app, line 3: the file counts 3 data records, but has 2."), (error.Code, error.Message));
    }

    [Fact]
    public void A_count_in_the_last_line_will_do_for_an_end() =>
        Assert.Equal(1, Files.Read(Files.SRec("S104000011", "S5030001")).Bytes);

    [Theory]
    [InlineData("S1130000285F245F2212226A000424290008237C2B", "NRST4021", "the checksum is 2B, should be 2A.")]
    [InlineData("S1130000285F245F2212226A000424290008237X2A", "NRST4020", "'X' in column 40 is not a hexadecimal digit.")]
    [InlineData("S1130000285F", "NRST4020", "the record has 10 hexadecimal digits, should have 40 by its own byte count.")]
    [InlineData("S10200FD", "NRST4020", "the record has 6 hexadecimal digits, should have at least 8 by its type.")]
    [InlineData("S3050000FA", "NRST4020", "the record has 8 hexadecimal digits, should have at least 12 by its type.")]
    [InlineData("S4030000FC", "NRST4020", "the record type is S4, which is reserved.")]
    [InlineData("S904000001FA", "NRST4020", "the record holds 1 data bytes, should hold none by its type.")]
    [InlineData("SX", "NRST4020", "the record begins with S and no digit, should begin with S0 to S9.")]
    [InlineData(":00000001FF", "NRST4020", "the record begins with ':', should begin with S0 to S9.")]
    public void A_broken_record_is_quoted_with_its_line_and_rule(string line, string code, string rule)
    {
        var error = Files.Refused("S00600004844521B\n\n" + line + "\nS9030000FC\n");

        Assert.Equal((code, $"app, line 3: {rule}"), (error.Code, error.Message));
        Assert.NotNull(error.LikelyCause);
        Assert.NotEmpty(error.Remedies);
    }

    [Fact]
    public void A_file_must_end_as_it_should()
    {
        var cut = Files.Refused(Files.SRec("S104000011"));
        var countThenMore = Files.Refused(Files.SRec("S104000011", "S5030001", "S104000111"));
        var joined = Files.Refused(Files.SRec("S104000011", "S9030000", "S104000111", "S9030000"));

        Assert.Equal(("NRST4022", 1), (cut.Code, LineOf(cut)));
        Assert.Equal(("NRST4022", 3), (countThenMore.Code, LineOf(countThenMore)));
        Assert.Equal(("NRST4022", 3), (joined.Code, LineOf(joined)));
    }

    [Fact]
    public void An_overlap_names_both_lines()
    {
        var error = Files.Refused(Files.SRec("S1050000AABB", "S1050010AABB", "S1040001BB", "S9030000"));

        Assert.Equal(("NRST4005", "app: line 1 and line 3 both hold a byte for 0x0000_0001."), (error.Code, error.Message));
    }

    [Fact]
    public void The_last_byte_of_the_map_can_be_used_and_no_more()
    {
        Assert.Equal(new Address(uint.MaxValue), Files.Read(Files.SRec("S306FFFFFFFF11", "S70500000000")).Pieces[0].Range.Last);
        Assert.Equal("NRST4006", Files.Refused(Files.SRec("S307FFFFFFFF1122", "S70500000000")).Code);
    }

    [Fact]
    public void A_file_without_data_is_nothing_to_program() =>
        Assert.Equal("NRST4004", Files.Refused(Files.SRec("S0030000", "S9030000")).Code);

    private static int LineOf(ImageException error) =>
        int.Parse(error.Message.Split("line ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);
}
