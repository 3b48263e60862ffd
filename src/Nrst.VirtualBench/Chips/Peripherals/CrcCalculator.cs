namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The CRC calculation unit: polynomial 0x04C1_1DB7, whole words, most significant bit first, no final inversion.</summary>
internal sealed class CrcCalculator : IPeripheral
{
    private static readonly uint[] Table = MakeTable();
    private uint crc = uint.MaxValue;
    private uint idr;

    public uint Read(uint offset, long now) => offset switch { 0x00 => crc, 0x04 => idr, _ => 0 };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        switch (offset)
        {
            case 0x00:
                crc ^= value & mask;
                for (var i = 0; i < 4; i++)
                {
                    crc = (crc << 8) ^ Table[crc >> 24];
                }

                break;
            case 0x04:
                idr = value & mask & 0xFF;
                break;
            case 0x08 when (value & mask & 1) != 0:
                crc = uint.MaxValue;
                break;
        }
    }

    public void Reset(long now) => (crc, idr) = (uint.MaxValue, 0);

    private static uint[] MakeTable()
    {
        var table = new uint[256];
        for (var i = 0u; i < 256; i++)
        {
            var row = i << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                row = (row & 1u << 31) != 0 ? (row << 1) ^ 0x04C1_1DB7 : row << 1;
            }

            table[i] = row;
        }

        return table;
    }
}
