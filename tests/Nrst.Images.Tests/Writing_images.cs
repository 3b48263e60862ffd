using System.Text;

namespace Nrst.Images.Tests;

public sealed class Writing_images
{
    private static readonly byte[] Sixteen = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void HEX_lines_stay_within_64_KiB_and_announce_the_next() =>
        Assert.Equal(
            Files.Hex("020000040800", "02FFFE00AABB", "020000040801", "01000000CC", "0400000508000101", "00000001"),
            Text(Files.Image((0x0800_FFFE, [0xAA, 0xBB, 0xCC])) with { Entry = new(0x0800_0101) }, ImageFormat.IntelHex));

    [Fact]
    public void HEX_lines_hold_sixteen_bytes() =>
        Assert.Equal(
            Files.Hex("10000000" + Convert.ToHexString(Sixteen), "0100100010", "00000001"),
            Text(Files.Image((0, [.. Sixteen, 0x10])), ImageFormat.IntelHex));

    [Theory]
    [InlineData(0x0000_FFFF, 0, "S104FFFFAA", "S9030000")]
    [InlineData(0x0000_0000, 0x0001_0000, "S205000000AA", "S804010000")]
    [InlineData(0x0001_0000, 0, "S205010000AA", "S804000000")]
    [InlineData(0x00FF_FFFF, 0, "S205FFFFFFAA", "S804000000")]
    [InlineData(0x0100_0000, 0, "S30601000000AA", "S70500000000")]
    [InlineData(0x0000_0000, 0x0800_0001, "S30600000000AA", "S70508000001")]
    public void S_records_are_as_wide_as_they_need_to_be(uint start, uint entry, string data, string end) =>
        Assert.Equal(
            Files.SRec("S0060000617070", data, "S5030001", end),
            Text(Files.Image((start, [0xAA])) with { Entry = entry == 0 ? null : new(entry) }, ImageFormat.SRecord));

    [Fact]
    public void S_records_can_be_wider_but_never_narrower()
    {
        var wide = Text(Files.Image((0, [0xAA])), ImageFormat.SRecord, new ImageWriteOptions { SRecordWidth = SRecordWidth.S3 });
        var error = Assert.Throws<ImageException>(() =>
            Text(Files.Image((0xFFFF, [1, 2])), ImageFormat.SRecord, new ImageWriteOptions { SRecordWidth = SRecordWidth.S1 }));

        Assert.Contains("S30600000000AA", wide, StringComparison.Ordinal);
        Assert.Equal("NRST4040", error.Code);
    }

    [Fact]
    public void A_binary_fills_its_gaps_with_erased_flash_unless_told_otherwise()
    {
        var image = Files.Image((0x0800_0000, [1]), (0x0800_0003, [2]), (0x0800_0004, [3]));

        Assert.Equal([1, 0xFF, 0xFF, 2, 3], Files.Written(image, ImageFormat.Binary));
        Assert.Equal([1, 0, 0, 2, 3], Files.Written(image, ImageFormat.Binary, new ImageWriteOptions { Fill = 0 }));
    }

    [Fact]
    public void A_binary_bridges_64_MiB_and_no_more()
    {
        const uint MiB64 = 64 * 1024 * 1024;
        using var file = new MemoryStream();

        Assert.Equal((int)MiB64 + 2, Files.Written(Files.Image((0, [1]), (MiB64 + 1, [2])), ImageFormat.Binary).Length);
        var error = Assert.Throws<ImageException>(() =>
            ImageWriter.Write(Files.Image((0, [1]), (MiB64 + 2, [2])), ImageFormat.Binary, file));

        Assert.Equal("NRST4040", error.Code);
        Assert.Equal(0, file.Length);
    }

    [Fact]
    public void A_DfuSe_file_is_laid_out_as_ST_describes_it()
    {
        var image = Files.Image((0x0800_0000, [1, 2, 3]), (0x0800_4000, [4]))
            with { Dfu = new DfuSuffix(0x0483, 0xDF11, 0x0203) };
        var expected = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3]), (0x0800_4000, [4])]));

        var file = Files.Written(image, ImageFormat.DfuSe);

        Assert.Equal(11 + 274 + 16 + 3 + 1 + 16, file.Length);
        Assert.Equal(expected[..11], file[..11]);
        Assert.Equal(expected[277..^4], file[277..^4]); // Between them lies the target's name, which means nothing.
        Assert.Equal(DfuFile.WithCrc(file), file);
        Assert.Equal(DfuSuffix.Any, Files.Read(Files.Written(Files.Image((0, [1])), ImageFormat.DfuSe)).Dfu);
        Assert.Equal("target 1 (alternate setting 3), element 1", Files.Read(Files.Written(
            Files.Image((0, [1])), ImageFormat.DfuSe, new ImageWriteOptions { DfuAlternateSetting = 3 })).Pieces[0].Origin);
    }

    [Fact]
    public void ELF_is_not_written() =>
        Assert.Equal("NRST4040", Assert.Throws<ImageException>(() => Files.Written(Files.Image((0, [1])), ImageFormat.Elf)).Code);

    [Fact]
    public void An_empty_image_is_not_written() =>
        Assert.Equal("NRST4004", Assert.Throws<ImageException>(() => Files.Written(Files.Image(), ImageFormat.IntelHex)).Code);

    private static string Text(FirmwareImage image, ImageFormat format, ImageWriteOptions? options = null) =>
        Encoding.ASCII.GetString(Files.Written(image, format, options));
}
