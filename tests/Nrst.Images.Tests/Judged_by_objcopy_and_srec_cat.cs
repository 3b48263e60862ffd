namespace Nrst.Images.Tests;

public sealed class Judged_by_objcopy_and_srec_cat : IDisposable
{
    private readonly Tools _tools = new();

    // Crosses a 64 KiB border, has gaps, starts unaligned.
    private static readonly FirmwareImage Image = Files.Image(
        (0x0800_0000, Bytes(300)), (0x0800_0203, Bytes(1)), (0x0800_FFF1, Bytes(70_001)), (0x0803_0000, Bytes(16)))
        with { Entry = new(0x0800_0301) };

    public void Dispose() => _tools.Dispose();

    [Theory]
    [InlineData(ImageFormat.IntelHex, "-Intel", "ihex")]
    [InlineData(ImageFormat.SRecord, "-Motorola", "srec")]
    public void What_we_write_they_read_alike(ImageFormat format, string srec, string bfd)
    {
        _tools.Write("ours", Files.Written(Image, format));
        var binary = Files.Written(Image, ImageFormat.Binary, new ImageWriteOptions { Fill = 0xFF });

        _tools.Run(Tools.SrecCat, "ours", srec, "-fill", "0xFF", "0x08000000", "0x08030010",
            "-offset", "-0x08000000", "-o", "srec.bin", "-Binary");
        _tools.Run(Tools.Objcopy, "-I", bfd, "-O", "binary", "--gap-fill", "0xFF", "ours", "objcopy.bin");

        Assert.Equal(binary, _tools.Bytes("objcopy.bin"));
        Assert.Equal(binary, _tools.Bytes("srec.bin"));
    }

    [Theory]
    [InlineData("-Intel", "-address-length=4", 0x0800_FF00)]
    [InlineData("-Intel", "-address-length=3", 0x000D_FF00)] // Segments.
    [InlineData("-Intel", "-address-length=2", 0x0000_7F00)]
    [InlineData("-Motorola", "-address-length=4", 0x0800_FF00)]
    [InlineData("-Motorola", "-address-length=3", 0x00FE_FF00)]
    [InlineData("-Motorola", "-address-length=2", 0x0000_7F00)]
    public void What_srec_cat_writes_we_read_alike(string kind, string width, uint start)
    {
        var image = Files.Image((0x0010, Bytes(300)), (start, Bytes(4000)));
        _tools.Write("ours.hex", Files.Written(image, ImageFormat.IntelHex));

        _tools.Run(Tools.SrecCat, "ours.hex", "-Intel", "-o", "theirs", kind, width);

        Assert.Equal(Files.Contents(image), Files.Contents(ImageReader.Load(_tools.Path("theirs"))));
    }

    [Theory]
    [InlineData("ihex", ImageFormat.IntelHex)]
    [InlineData("srec", ImageFormat.SRecord)]
    public void What_objcopy_writes_we_read_alike(string bfd, ImageFormat format)
    {
        _tools.Write("ours.hex", Files.Written(Image, ImageFormat.IntelHex));

        _tools.Run(Tools.Objcopy, "-I", "ihex", "-O", bfd, "ours.hex", "theirs");

        var theirs = ImageReader.Load(_tools.Path("theirs"));
        Assert.Equal(format, theirs.Format);
        Assert.Equal(Files.Contents(Image), Files.Contents(theirs));
        Assert.Equal(Image.Entry, theirs.Entry);
    }

    [Fact]
    public void Real_firmware_is_read_as_objcopy_reads_it()
    {
        var elf = Tools.Shared("firmware/stm32u585_hardfault_fp.elf");
        _tools.Run(Tools.Objcopy, "-O", "binary", elf, "theirs.bin");
        _tools.Run(Tools.Objcopy, "-O", "ihex", elf, "theirs.hex");

        var image = ImageReader.Load(elf);

        Assert.Equal(_tools.Bytes("theirs.bin"), Files.Written(image, ImageFormat.Binary, new ImageWriteOptions { Fill = 0 }));
        Assert.Equal(Files.Contents(ImageReader.Load(_tools.Path("theirs.hex"))), Files.Contents(image));
        Assert.Equal(["segment 0", "segment 1"], image.Pieces.Select(piece => piece.Origin));
        Assert.Equal(new Address(0x0800_0801), image.Entry);
    }

    private static byte[] Bytes(int count) => [.. Enumerable.Range(count, count).Select(i => (byte)(i * 7 + (i >> 8)))];
}
