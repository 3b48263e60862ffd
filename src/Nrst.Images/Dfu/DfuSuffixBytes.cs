using System.Buffers.Binary;

namespace Nrst.Images.Dfu;

/// <summary>
/// The end of every DFU file:
/// <code>
/// bcdDevice:2  idProduct:2  idVendor:2  bcdDFU:2  'U' 'F' 'D'  bLength = 16  dwCRC:4 over everything before it
/// </code>
/// </summary>
internal static class DfuSuffixBytes
{
    public const int Size = 16;

    /// <summary>bcdDFU of a DfuSe file; 0x0100 is plain DFU, which knows no addresses.</summary>
    public const ushort DfuSe = 0x011A;

    public static ReadOnlySpan<byte> Signature => "UFD\x10"u8;

    public static bool HasSignature(ReadOnlySpan<byte> file) => file.Length >= Size && file[^8..^4].SequenceEqual(Signature);

    /// <summary>False where there is no suffix, or its CRC does not fit the file.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out DfuSuffix suffix, out ushort bcdDfu)
    {
        (suffix, bcdDfu) = (default, 0);
        if (!HasSignature(file) || StoredCrc(file) != Crc32.Of(file[..^4]))
        {
            return false;
        }

        var bytes = file[^Size..];
        bcdDfu = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        suffix = new DfuSuffix(
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
            BinaryPrimitives.ReadUInt16LittleEndian(bytes));
        return true;
    }

    public static uint StoredCrc(ReadOnlySpan<byte> file) => BinaryPrimitives.ReadUInt32LittleEndian(file[^4..]);
}
