using System.Text;

namespace Nrst.Images.Tests;

/// <summary>Images and files as the tests write them down.</summary>
internal static class Files
{
    public static FirmwareImage Read(byte[] content, Address? binaryAddress = null) =>
        ImageReader.Read(new MemoryStream(content), "app", binaryAddress);

    public static FirmwareImage Read(string text) => Read(Encoding.ASCII.GetBytes(text));

    public static ImageException Refused(byte[] content, Address? binaryAddress = null) =>
        Assert.Throws<ImageException>(() => Read(content, binaryAddress));

    public static ImageException Refused(string text) => Refused(Encoding.ASCII.GetBytes(text));

    /// <summary>HEX or S-record lines from their bodies: the last two digits are worked out here, apart from the product.</summary>
    public static string Hex(params string[] bodies) => string.Concat(bodies.Select(body =>
        $":{body}{(byte)-Convert.FromHexString(body).Sum(value => value):X2}\n"));

    public static string SRec(params string[] bodies) => string.Concat(bodies.Select(body =>
        $"{body}{(byte)~Convert.FromHexString(body[2..]).Sum(value => value):X2}\n"));

    public static byte[] Written(FirmwareImage image, ImageFormat format, ImageWriteOptions? options = null)
    {
        using var file = new MemoryStream();
        ImageWriter.Write(image, format, file, options);
        return file.ToArray();
    }

    public static FirmwareImage Image(params (uint Start, byte[] Data)[] pieces) =>
        new("app", ImageFormat.Binary, [.. pieces.Select(piece => new ImagePiece(new(piece.Start), piece.Data, "made"))], null);

    /// <summary>What counts when two images are compared; where they came from does not.</summary>
    public static string Contents(FirmwareImage image)
    {
        var text = new StringBuilder();
        ulong end = ulong.MaxValue;
        foreach (var piece in image.Pieces)
        {
            // Pieces that touch are one run of bytes, whichever way a format divides them.
            text.Append(piece.Start.Value == end ? "" : $"\n{piece.Start}:").Append(Convert.ToHexString(piece.Data.Span));
            end = piece.Start.Value + (ulong)piece.Data.Length;
        }

        return text.ToString();
    }
}
