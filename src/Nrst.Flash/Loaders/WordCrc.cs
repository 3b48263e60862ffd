using System.Buffers.Binary;

namespace Nrst.Flash.Loaders;

/// <summary>The CRC of the STM32's CRC unit: polynomial 0x04C11DB7, all ones to begin with, whole words, highest bit first.</summary>
internal static class WordCrc
{
    private static readonly uint[] Table = BuildTable();

    public static uint Of(ReadOnlySpan<byte> data) => Add(uint.MaxValue, data);

    /// <summary>Continues a CRC over more whole words.</summary>
    public static uint Add(uint crc, ReadOnlySpan<byte> data)
    {
        if (data.Length % 4 != 0)
        {
            throw new ArgumentException("The CRC unit takes whole words.", nameof(data));
        }

        for (; !data.IsEmpty; data = data[4..])
        {
            crc ^= BinaryPrimitives.ReadUInt32LittleEndian(data);
            crc = crc << 8 ^ Table[crc >> 24];
            crc = crc << 8 ^ Table[crc >> 24];
            crc = crc << 8 ^ Table[crc >> 24];
            crc = crc << 8 ^ Table[crc >> 24];
        }

        return crc;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            var value = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                value = value << 1 ^ ((int)value < 0 ? 0x04C1_1DB7u : 0);
            }

            table[i] = value;
        }

        return table;
    }
}
