using System.Buffers.Binary;

namespace Nrst.Specs;

/// <summary>DfuSe files, written from ST's description and not by nrst.</summary>
internal static class DfuFiles
{
    public static byte[] Of(params (byte Alternate, string Name, (uint At, byte[] Data)[] Elements)[] targets)
    {
        var bodies = targets.SelectMany(target => Target(target.Alternate, target.Name, target.Elements)).ToArray();
        byte[] file =
        [
            .. "DfuSe"u8, 1, .. BitConverter.GetBytes(11 + bodies.Length), (byte)targets.Length, .. bodies, 0x00, 0x22, 0x11, 0xDF, 0x83, 0x04, 0x1A, 0x01, .. "UFD"u8, 16,
        ];
        var crc = uint.MaxValue;
        foreach (var each in file)
        {
            crc ^= each;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1;
            }
        }

        var suffix = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(suffix, crc);
        return [.. file, .. suffix];
    }

    private static byte[] Target(byte alternate, string name, (uint At, byte[] Data)[] elements)
    {
        var data = elements.SelectMany(element => (byte[])[.. BitConverter.GetBytes(element.At), .. BitConverter.GetBytes(element.Data.Length), .. element.Data]).ToArray();
        var named = new byte[255];
        System.Text.Encoding.ASCII.GetBytes(name).CopyTo(named, 0);
        return
        [
            .. "Target"u8, alternate, .. BitConverter.GetBytes(name.Length > 0 ? 1 : 0), .. named, .. BitConverter.GetBytes(data.Length), .. BitConverter.GetBytes(elements.Length), .. data,
        ];
    }
}
