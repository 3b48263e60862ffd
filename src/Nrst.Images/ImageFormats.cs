using System.Buffers;
using Nrst.Images.Dfu;
using Nrst.Images.Elf;

namespace Nrst.Images;

/// <summary>Tells the formats apart by how they begin.</summary>
internal static class ImageFormats
{
    private const int ProbeSize = 512;
    private const int FirstDigits = 8;

    private static readonly SearchValues<byte> Printable =
        SearchValues.Create([(byte)'\t', (byte)'\n', (byte)'\r', .. Enumerable.Range(0x20, 0x5F).Select(code => (byte)code)]);

    public static ImageFormat Of(Stream content)
    {
        Span<byte> start = stackalloc byte[ProbeSize];
        content.Position = 0;
        start = start[..content.ReadAtLeast(start, ProbeSize, throwOnEndOfStream: false)];
        return Of(start);
    }

    /// <param name="start">The first bytes of the file.</param>
    public static ImageFormat Of(ReadOnlySpan<byte> start) =>
        start.StartsWith(ElfHeader.Magic) ? ImageFormat.Elf
        : start.StartsWith(DfuReader.Signature) ? ImageFormat.DfuSe
        : OfText(TextLines.WithoutByteOrderMark(start).TrimStart(" \t\r\n"u8));

    private static ImageFormat OfText(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)':', .. var rest] when IsText(rest) => ImageFormat.IntelHex,
        [(byte)'S', >= (byte)'0' and <= (byte)'9', .. var rest] when IsText(rest) => ImageFormat.SRecord,
        _ => ImageFormat.Binary,
    };

    // Firmware that begins with a colon by chance soon shows a byte that no text has. A text with one damaged byte
    // is still told by its first digits.
    private static bool IsText(ReadOnlySpan<byte> rest) =>
        rest.IndexOfAnyExcept(Printable) < 0 || (rest.Length >= FirstDigits && HexDigits.FirstBad(rest[..FirstDigits]) < 0);
}
