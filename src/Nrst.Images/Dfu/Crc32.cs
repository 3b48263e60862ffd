namespace Nrst.Images.Dfu;

/// <summary>CRC-32 as the DFU specification wants it: polynomial 0xEDB88320 (reflected), start 0xFFFFFFFF, not inverted at the end.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(value => Shifted((uint)value))];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var value in bytes)
        {
            crc = Table[(byte)(crc ^ value)] ^ crc >> 8;
        }

        return crc;
    }

    private static uint Shifted(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320;
        }

        return value;
    }
}
