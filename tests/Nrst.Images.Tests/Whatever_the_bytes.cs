using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Nrst.Images.Tests;

/// <summary>Random files: each is read as an image that keeps its promises, or refused with the one exception there is.</summary>
public sealed class Whatever_the_bytes
{
    private static readonly byte[] Interesting = [0x00, 0x01, 0x10, 0x20, 0x7F, 0x80, 0xFF, (byte)':', (byte)'S', (byte)'0', (byte)'F', (byte)'\n'];

    private static readonly Gen<FirmwareImage> Images =
        from count in Gen.Choose(1, 6)
        from gaps in Gen.ArrayOf(Gen.Frequency((3, Gen.Choose(1, 40)), (1, Gen.Choose(60_000, 70_000)), (1, Gen.Constant(0))), count)
        from lengths in Gen.ArrayOf(Gen.Frequency((5, Gen.Choose(1, 80)), (1, Gen.Choose(65_000, 66_000))), count)
        from start in Gen.Elements(0u, 0xFFF0u, 0xFF_FFF0u, 0x0800_0000u, 0x0800_FFFBu, 0x9000_0000u)
        from entry in Gen.Elements<Address?>(null, new(0x0800_0101), new(uint.MaxValue))
        from seed in Gen.Choose(0, int.MaxValue)
        select Placed(start, gaps, lengths, entry, seed);

    [Fact]
    public void Random_bytes_are_refused_with_grace() =>
        Check(5000, Bytes(400), bytes =>
        {
            Harmless(bytes, null);
            Harmless(bytes, new Address(0x0800_0000));
        });

    [Theory]
    [InlineData(ImageFormat.Elf)]
    [InlineData(ImageFormat.DfuSe)]
    [InlineData(ImageFormat.IntelHex)]
    [InlineData(ImageFormat.SRecord)]
    public void Random_bytes_behind_a_right_beginning_are_refused_with_grace(ImageFormat format)
    {
        byte[] start = format switch
        {
            ImageFormat.Elf => new ElfFile { Segments = [new(0, [])] }.Bytes()[..20],
            ImageFormat.DfuSe => [.. "DfuSe"u8, 1],
            ImageFormat.IntelHex => [.. ":02000004"u8],
            _ => [.. "S3150800"u8],
        };
        Check(5000, Bytes(400), bytes => Harmless([.. start, .. bytes], null));
    }

    [Theory]
    [InlineData(ImageFormat.Elf)]
    [InlineData(ImageFormat.DfuSe)]
    [InlineData(ImageFormat.IntelHex)]
    [InlineData(ImageFormat.SRecord)]
    public void A_good_file_made_bad_is_read_or_refused_with_grace(ImageFormat format)
    {
        var good = Good(format);
        Check(8000, Mutations(good), bad =>
        {
            Harmless(bad, null);
            // With its CRC put right, a damaged DfuSe file gets past the door.
            Harmless(format == ImageFormat.DfuSe && bad.Length > 16 ? DfuFile.WithCrc(bad) : bad, new Address(0xFFFF_FFF0));
            if (format == ImageFormat.DfuSe && bad.Length > 16)
            {
                Harmless(DfuFile.WithCrc(bad), null);
            }
        });
    }

    [Fact]
    public void Records_with_right_checksums_in_any_order_are_read_or_refused_with_grace()
    {
        var hex =
            from type in Gen.Frequency((6, Gen.Constant(0)), (4, Gen.Choose(0, 6)))
            from data in Bytes(6)
            from offset in Gen.Elements("0000", "FFFE", "0004", "8000")
            select $"{data.Length:X2}{offset}{type:X2}{Convert.ToHexString(data)}";
        var srec =
            from type in Gen.Choose(0, 9)
            from data in Bytes(9)
            from high in Gen.Elements("0000", "FFFFFF", "0800")
            select $"S{type}{data.Length + high.Length / 2 + 1:X2}{high}{Convert.ToHexString(data)}";

        Check(5000, Gen.ListOf(hex), lines => Harmless(Encoding.ASCII.GetBytes(Files.Hex([.. lines, "00000001"])), null));
        Check(5000, Gen.ListOf(srec), lines => Harmless(Encoding.ASCII.GetBytes(Files.SRec([.. lines, "S9030000"])), null));
    }

    [Theory]
    [InlineData(ImageFormat.IntelHex)]
    [InlineData(ImageFormat.SRecord)]
    [InlineData(ImageFormat.DfuSe)]
    public void What_is_written_is_read_again(ImageFormat format) =>
        Check(200, Images, image =>
        {
            var again = Files.Read(Files.Written(image, format));

            Assert.Equal(format, again.Format);
            Assert.Equal(Files.Contents(image), Files.Contents(again));
            Assert.Equal(format == ImageFormat.DfuSe ? null : image.Entry, again.Entry);
        });

    [Fact]
    public void A_written_binary_holds_every_byte_in_its_place() =>
        Check(200, Images, image =>
        {
            var binary = Files.Written(image, ImageFormat.Binary, new ImageWriteOptions { Fill = 0x5A });
            var covered = new bool[binary.Length];
            foreach (var piece in image.Pieces)
            {
                var at = (int)(piece.Start - image.Pieces[0].Start);
                Assert.True(piece.Data.Span.SequenceEqual(binary.AsSpan(at, piece.Data.Length)));
                covered.AsSpan(at, piece.Data.Length).Fill(true);
            }

            Assert.True(covered[^1]);
            Assert.DoesNotContain(false, covered.Zip(binary, (data, value) => data || value == 0x5A));
        });

    [Fact]
    public void The_order_of_lines_does_not_matter() =>
        Check(200, Images.SelectMany(image => Gen.Choose(0, int.MaxValue), (image, seed) => (image, seed)), sample =>
        {
            var lines = Encoding.ASCII.GetString(Files.Written(sample.image, ImageFormat.SRecord)).Trim().Split('\n');
            var body = lines[..^1];
            new System.Random(sample.seed).Shuffle(body.AsSpan(0, body.Length - 1));

            var again = Files.Read(string.Join('\n', [.. body, lines[^1]]));

            Assert.Equal(Files.Contents(sample.image), Files.Contents(again));
        });

    private static void Check<T>(int times, Gen<T> of, Action<T> body) =>
        Prop.ForAll(of.ToArbitrary(), body).Check(Config.QuickThrowOnFailure.WithMaxTest(times));

    private static Gen<byte[]> Bytes(int most) =>
        from count in Gen.Choose(0, most)
        from bytes in Gen.ArrayOf(Gen.OneOf(Gen.Choose(0, 255).Select(value => (byte)value), Gen.Elements(Interesting)), count)
        select bytes;

    private static Gen<byte[]> Mutations(byte[] good)
    {
        var one =
            from kind in Gen.Choose(0, 5)
            from at in Gen.OneOf(Gen.Choose(0, good.Length - 1), Gen.Choose(0, Math.Min(120, good.Length - 1)))
            from length in Gen.Choose(1, 12)
            from value in Gen.OneOf(Gen.Choose(0, 255).Select(any => (byte)any), Gen.Elements(Interesting))
            select (kind, at, length, value);
        return
            from count in Gen.Choose(1, 4)
            from steps in Gen.ArrayOf(one, count)
            select steps.Aggregate(good, (bytes, step) => Mutated(bytes, step.kind, step.at, step.length, step.value));
    }

    private static byte[] Mutated(byte[] bytes, int kind, int at, int length, byte value)
    {
        at = Math.Min(at, bytes.Length);
        var end = Math.Min(bytes.Length, at + length);
        return kind switch
        {
            0 => [.. bytes[..at], value, .. bytes[Math.Min(bytes.Length, at + 1)..]],
            1 => [.. bytes[..at], .. bytes[end..]],
            2 => [.. bytes[..at], value, .. bytes[at..]],
            3 => bytes[..at],
            4 => [.. bytes[..at], .. bytes[at..end], .. bytes[at..]],
            _ => [.. bytes[..at], .. Enumerable.Repeat(value, end - at), .. bytes[end..]],
        };
    }

    private static byte[] Good(ImageFormat format)
    {
        byte[] data = [.. Enumerable.Range(0, 90).Select(i => (byte)(i * 11))];
        return format == ImageFormat.Elf
            ? new ElfFile { Segments = [new(0x0800_0000, data), new(0x0800_1000, data), new(0x2000_0000, []) { MemorySize = 10 }] }.Bytes()
            : format == ImageFormat.DfuSe
            ? DfuFile.Of((0, [(0x0800_0000, data), (0x0800_1000, [1])]), (1, [(0x1FFF_0000, [2, 3])]))
            : Files.Written(Files.Image((0x0800_0000, data), (0x0800_FFF8, data)) with { Entry = new(0x0800_0001) }, format);
    }

    private static void Harmless(byte[] bytes, Address? binaryAddress)
    {
        FirmwareImage image;
        try
        {
            image = Files.Read(bytes, binaryAddress);
        }
        catch (ImageException error)
        {
            Assert.StartsWith("NRST40", error.Code, StringComparison.Ordinal);
            Assert.StartsWith("app", error.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.NotEmpty(error.Remedies);
            return;
        }

        Assert.NotEmpty(image.Pieces);
        Assert.All(image.Pieces, piece => Assert.NotEqual(0, piece.Data.Length));
        Assert.All(image.Pieces.Zip(image.Pieces.Skip(1)), pair => Assert.True(pair.First.Range.Last < pair.Second.Start));
        Assert.True(image.Format == ImageFormat.Elf || image.Bytes <= bytes.Length); // Two segments may share bytes of the file.
    }

    private static FirmwareImage Placed(uint start, int[] gaps, int[] lengths, Address? entry, int seed)
    {
        var random = new System.Random(seed);
        var pieces = new List<(uint, byte[])>();
        foreach (var (gap, length) in gaps.Zip(lengths))
        {
            var data = new byte[length];
            random.NextBytes(data);
            pieces.Add((start + (uint)gap, data));
            start += (uint)(gap + length);
        }

        return Files.Image([.. pieces]) with { Entry = entry };
    }
}
