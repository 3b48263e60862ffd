using System.Buffers.Binary;
using System.IO.Compression;
using Nrst.Images.Dfu;

namespace Nrst.Images.Tests;

public sealed class Reading_DfuSe
{
    [Fact]
    public void Targets_elements_and_identity_are_read()
    {
        var image = Files.Read(DfuFile.Of((0, [(0x0800_4000, [4, 5]), (0x0800_0000, [1, 2, 3])]), (1, [(0x1FFF_7800, [6])])));

        Assert.Equal(ImageFormat.DfuSe, image.Format);
        Assert.Equal(new DfuSuffix(Vendor: 0x0483, Product: 0xDF11, Version: 0x0203), image.Dfu);
        Assert.Equal(
            [
                (0x0800_0000u, "target 1 (alternate setting 0), element 2"),
                (0x0800_4000u, "target 1 (alternate setting 0), element 1"),
                (0x1FFF_7800u, "target 2 (alternate setting 1), element 1"),
            ],
            image.Pieces.Select(piece => (piece.Start.Value, piece.Origin)));
        Assert.Equal([1, 2, 3], image.Pieces[0].Data.ToArray());
        Assert.Equal([6], image.Pieces[2].Data.ToArray());
    }

    [Fact]
    public void The_CRC_has_its_published_check_value_without_the_last_inversion() =>
        Assert.Equal(~0xCBF4_3926u, Crc32.Of("123456789"u8));

    [Fact]
    public void The_CRC_agrees_with_the_one_gzip_writes()
    {
        var data = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3])]));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(data);
        }

        Assert.Equal(BinaryPrimitives.ReadUInt32LittleEndian(packed.ToArray().AsSpan()[^8..]), ~Crc32.Of(data));
    }

    [Fact]
    public void Any_single_bit_flipped_in_file_or_suffix_is_noticed()
    {
        var whole = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3])]));
        for (var bit = 5 * 8; bit < whole.Length * 8; bit++)
        {
            var file = whole.ToArray();
            file[bit / 8] ^= (byte)(1 << bit % 8);

            Assert.Contains(Files.Refused(file).Code, new[] { "NRST4021", "NRST4030" });
        }
    }

    [Fact]
    public void A_wrong_CRC_shows_both_values()
    {
        var file = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3])]));
        var right = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan()[^4..]);
        file[^1] ^= 0x80;

        var error = Files.Refused(file);

        Assert.Equal("NRST4021", error.Code);
        Assert.Equal($"app, offset 0x{file.Length - 4:X4}: the CRC-32 is {right ^ 0x8000_0000:X8}, should be {right:X8}.", error.Message);
    }

    [Theory]
    [InlineData(5, 2, "offset 0x0005: the version of the prefix is 2, should be 1.")]
    [InlineData(6, 0x2B, "offset 0x0006: DFUImageSize is 299, should be 296.")]
    [InlineData(10, 0, "offset 0x000B: 285 bytes follow the last target.")]
    [InlineData(10, 2, "offset 0x0128: 0 bytes are left, should be at least 274.")]
    [InlineData(11, 'X', "offset 0x000B: target 1 does not begin with 'Target'.")]
    [InlineData(277, 12, "offset 0x011D: 11 bytes are left, should be at least 12.")]
    [InlineData(277, 10, "offset 0x0125: 2 bytes are left, should be at least 3.")]
    [InlineData(281, 0, "offset 0x011D: the elements of the target leave 11 bytes of it over.")]
    [InlineData(281, 2, "offset 0x0128: 0 bytes are left, should be at least 8.")]
    [InlineData(289, 4, "offset 0x0125: 3 bytes are left, should be at least 4.")]
    [InlineData(302, 0x00, "offset 0x012E: bcdDFU is 0100, should be 011A.")]
    public void A_contradiction_is_named_with_its_offset(int offset, int value, string rule)
    {
        var file = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3])]));
        file[offset] = (byte)value;

        var error = Files.Refused(DfuFile.WithCrc(file));

        Assert.Equal(("NRST4030", "app, " + rule), (error.Code, error.Message));
        Assert.NotNull(error.LikelyCause);
        Assert.NotEmpty(error.Remedies);
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused()
    {
        var whole = DfuFile.Of((0, [(0x0800_0000, [1, 2, 3])]));
        for (var length = 5; length < whole.Length; length++)
        {
            Assert.Equal("NRST4030", Files.Refused(whole[..length]).Code);
        }
    }

    [Fact]
    public void Rules_of_every_image_hold_for_elements()
    {
        Assert.Equal("NRST4004", Files.Refused(DfuFile.Of((0, [(0x0800_0000, [])]))).Code);
        Assert.Equal("NRST4006", Files.Refused(DfuFile.Of((0, [(uint.MaxValue, [1, 2])]))).Code);
        Assert.Equal(
            "app: target 1 (alternate setting 0), element 1 and target 2 (alternate setting 0), element 1 both hold a byte for 0x0800_0001.",
            Files.Refused(DfuFile.Of((0, [(0x0800_0000, [1, 2])]), (0, [(0x0800_0001, [2])]))).Message);
    }

    [Fact]
    public void A_plain_DFU_file_is_a_binary_whose_suffix_is_not_programmed()
    {
        byte[] content = [1, 2, 3, 4, 0x00, 0x02, 0x11, 0xDF, 0x83, 0x04, 0x00, 0x01, (byte)'U', (byte)'F', (byte)'D', 16, 0, 0, 0, 0];

        var image = Files.Read(DfuFile.WithCrc(content), new Address(0x0800_0000));
        var lookalike = Files.Read(content, new Address(0x0800_0000));

        Assert.Equal([1, 2, 3, 4], Assert.Single(image.Pieces).Data.ToArray());
        Assert.Equal(new DfuSuffix(0x0483, 0xDF11, 0x0200), image.Dfu);
        Assert.Equal(content, Assert.Single(lookalike.Pieces).Data.ToArray());
    }
}
