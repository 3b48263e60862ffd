namespace Nrst.Images;

/// <summary>The file formats nrst reads.</summary>
public enum ImageFormat
{
    Elf,
    IntelHex,
    SRecord,
    Binary,
    DfuSe,
}

/// <summary>Consecutive bytes of an image, and where in the file they came from.</summary>
/// <param name="Origin">For people: <c>segment 2</c>, <c>lines 3..812</c>.</param>
public sealed record ImagePiece(Address Start, ReadOnlyMemory<byte> Data, string Origin)
{
    public AddressRange Range => new(Start, (uint)Data.Length);
}

/// <summary>The identity at the end of a DFU file: USB identifiers, 0xFFFF meaning <em>any</em>, and the firmware version (BCD).</summary>
public readonly record struct DfuSuffix(ushort Vendor, ushort Product, ushort Version)
{
    public static DfuSuffix Any { get; } = new(0xFFFF, 0xFFFF, 0xFFFF);
}

/// <summary>What a firmware file wants to be where: pieces sorted by address, none empty, none overlapping another.</summary>
/// <param name="Entry">Where the file says execution starts, if it does. A hint: an STM32 starts at its vector table.</param>
public sealed record FirmwareImage(string File, ImageFormat Format, IReadOnlyList<ImagePiece> Pieces, Address? Entry)
{
    /// <summary>The device a DfuSe file was made for; null for every other format.</summary>
    public DfuSuffix? Dfu { get; init; }

    public long Bytes => Pieces.Sum(piece => (long)piece.Data.Length);
}
