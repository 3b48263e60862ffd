using System.Buffers.Binary;

namespace Nrst.Images.Tests;

/// <summary>DfuSe files built field by field; the CRC is worked out bit by bit, apart from the product.</summary>
internal static class DfuFile
{
    public static byte[] Of(params (byte Alternate, (uint Start, byte[] Data)[] Elements)[] targets)
    {
        List<byte> body = [];
        foreach (var (alternate, elements) in targets)
        {
            List<byte> data = [];
            foreach (var (start, bytes) in elements)
            {
                data.AddRange([.. U32(start), .. U32((uint)bytes.Length), .. bytes]);
            }

            body.AddRange([.. "Target"u8, alternate, .. U32(1), .. "name"u8, .. new byte[251]]);
            body.AddRange([.. U32((uint)data.Count), .. U32((uint)elements.Length), .. data]);
        }

        return WithCrc(
        [
            .. "DfuSe"u8, 1, .. U32((uint)(11 + body.Count)), (byte)targets.Length, .. body,
            0x03, 0x02, 0x11, 0xDF, 0x83, 0x04, 0x1A, 0x01, .. "UFD"u8, 16, 0, 0, 0, 0,
        ]);
    }

    public static byte[] WithCrc(byte[] file)
    {
        var crc = uint.MaxValue;
        foreach (var value in file[..^4])
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = crc >> 1 ^ (crc & 1) * 0xEDB8_8320;
            }
        }

        return [.. file[..^4], .. U32(crc)];
    }

    private static byte[] U32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
