using System.Text;

namespace Nrst.Images.Tests;

public sealed class Loading_a_file : IDisposable
{
    private static readonly Address Flash = new(0x0800_0000);
    private static readonly byte[] Elf = new ElfFile { Segments = [new(0x0800_0000, [1, 2])] }.Bytes();
    private static readonly byte[] Hex = Encoding.ASCII.GetBytes(Files.Hex("0100000001", "00000001"));
    private static readonly byte[] SRec = Encoding.ASCII.GetBytes(Files.SRec("S104000001", "S9030000"));
    private static readonly byte[] Dfu = DfuFile.Of((0, [(0x0800_0000, [1])]));

    private readonly Tools _tools = new();

    public void Dispose() => _tools.Dispose();

    public static TheoryData<string, byte[]> WithAddresses => new()
    {
        { "Elf", Elf }, { "IntelHex", Hex }, { "SRecord", SRec }, { "DfuSe", Dfu },
    };

    [Theory]
    [MemberData(nameof(WithAddresses))]
    public void The_content_decides_and_the_name_does_not(string format, byte[] content)
    {
        var path = _tools.Write("app.bin", content);

        var image = ImageReader.Load(path);

        Assert.Equal((format, path), (image.Format.ToString(), image.File));
    }

    [Theory]
    [MemberData(nameof(WithAddresses))]
    public void A_file_with_addresses_takes_no_other(string format, byte[] content)
    {
        var error = Files.Refused(content, Flash);

        Assert.Equal(("NRST4003", "app"), (error.Code, error.File));
        Assert.Contains(error.Remedies, remedy => remedy.Command == "nrst flash app");
        Assert.NotEqual("", format);
    }

    [Fact]
    public void A_binary_is_put_where_it_is_told()
    {
        var image = Files.Read([1, 2, 3], Flash);

        Assert.Equal(ImageFormat.Binary, image.Format);
        Assert.Equal(new AddressRange(Flash, 3), Assert.Single(image.Pieces).Range);
        Assert.Equal([1, 2, 3], image.Pieces[0].Data.ToArray());
        Assert.Null(image.Entry);
    }

    [Fact]
    public void A_binary_needs_an_address_and_the_way_to_give_it_is_shown()
    {
        var error = Files.Refused([1, 2, 3]);

        Assert.Equal("NRST4002", error.Code);
        Assert.Contains(error.Remedies, remedy => remedy.Command == "nrst flash app@0x08000000");
        var spaced = Assert.Throws<ImageException>(() => ImageReader.Read(new MemoryStream([1]), "my app.bin"));
        Assert.Contains(spaced.Remedies, remedy => remedy.Command == "nrst flash \"my app.bin@0x08000000\"");
    }

    [Fact]
    public void A_binary_must_end_within_the_map()
    {
        Assert.Equal(new Address(uint.MaxValue), Files.Read([1, 2], new(0xFFFF_FFFE)).Pieces[0].Range.Last);
        Assert.Equal("NRST4006", Files.Refused([1, 2], new Address(uint.MaxValue)).Code);
    }

    [Fact]
    public void Firmware_that_begins_like_text_by_chance_is_a_binary()
    {
        Assert.Equal(ImageFormat.Binary, Files.Read([(byte)':', 0x50, 0, 0x20, 1, 2], Flash).Format);
        Assert.Equal(ImageFormat.Binary, Files.Read([(byte)'S', (byte)'1', 0, 0x20, 1, 2], Flash).Format);
        Assert.Equal(ImageFormat.Binary, Files.Read("Some text, and no S-record."u8.ToArray(), Flash).Format);
    }

    [Fact]
    public void A_text_with_a_damaged_byte_is_still_known()
    {
        var damaged = Hex.ToArray();
        damaged[11] = 0;

        Assert.Equal("app, line 1: the byte 0x00 in column 12 is not a hexadecimal digit.", Files.Refused(damaged).Message);
    }

    [Fact]
    public void An_empty_file_is_nothing_to_program()
    {
        var path = _tools.Write("app.bin", []);

        Assert.Equal("NRST4004", Assert.Throws<ImageException>(() => ImageReader.Load(path)).Code);
        Assert.Equal("NRST4004", Assert.Throws<ImageException>(() => ImageReader.Load(path, Flash)).Code);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        Unreadable(_tools.Path("missing.elf"), "there is no such file");
        Unreadable(_tools.Path("missing/app.elf"), "there is no such file");
    }

    [Fact]
    public void A_directory_is_no_file() => Unreadable(_tools.Folder, "this is a directory");

    [Theory]
    [InlineData("")]
    [InlineData("app\0.elf")]
    public void An_impossible_name_is_refused_alike(string path) => Unreadable(path, "the file cannot be read");

    [Fact]
    public void A_name_longer_than_the_system_allows_is_refused_alike() =>
        Assert.Equal("NRST4001", Assert.Throws<ImageException>(() => ImageReader.Load(new string('x', 100_000))).Code);

    [Fact]
    public void A_file_one_may_not_read_says_so()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix permissions.");
        Assert.SkipWhen(Environment.UserName == "root", "Permissions do not bind root.");
        var path = _tools.Write("app.bin", [1]);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.None);
        }

        Unreadable(path, "you have no permission to read the file");
    }

    [Fact]
    public void A_file_larger_than_any_memory_is_not_read()
    {
        var path = _tools.Path("huge.bin");
        using (var file = File.Create(path))
        {
            file.SetLength(ImageReader.MaxBytes + 1); // Sparse: no disk is used.
        }

        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal("NRST4006", Assert.Throws<ImageException>(() => ImageReader.Load(path, new Address(0))).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void A_stream_that_cannot_seek_is_read_too()
    {
        Assert.Equal(Files.Contents(Files.Read(Elf)), Files.Contents(ImageReader.Read(new Pipe(Elf), "-")));
        Assert.Equal(Files.Contents(Files.Read(Hex)), Files.Contents(ImageReader.Read(new Pipe(Hex), "-")));
    }

    private static void Unreadable(string path, string rule)
    {
        var error = Assert.Throws<ImageException>(() => ImageReader.Load(path));
        Assert.Equal(("NRST4001", path), (error.Code, error.File));
        Assert.EndsWith($": {rule}.", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(error.Remedies);
    }

    private sealed class Pipe(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 7)]);
    }
}
