namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>
/// The CRC calculation unit: most significant bit first, no final inversion. On F1, F2, F4 and L1 whole words and polynomial 0x04C1_1DB7;
/// on the later lines bytes, half-words and words, with a choice of polynomial, size, seed and bit order.
/// </summary>
internal sealed class CrcCalculator(bool configurable = false) : IPeripheral
{
    private const uint UsualPolynomial = 0x04C1_1DB7;

    private uint crc = uint.MaxValue, idr, cr, init = uint.MaxValue, pol = UsualPolynomial;

    private int Size => ((cr >> 3) & 3) switch { 0 => 32, 1 => 16, 2 => 8, _ => 7 };

    public uint Read(uint offset, long now) => offset switch
    {
        0x00 => (cr & 1 << 7) != 0 ? Reversed(crc, Size) : crc,
        0x04 => idr,
        0x08 when configurable => cr,
        0x10 when configurable => init,
        0x14 when configurable => pol,
        _ => 0,
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        switch (offset)
        {
            case 0x00:
                Feed(value, mask);
                break;
            case 0x04:
                idr = configurable ? (idr & ~mask) | (value & mask) : value & mask & 0xFF;
                break;
            case 0x08:
                cr = configurable ? ((cr & ~mask) | (value & mask)) & 0xF8 : 0;
                crc = (value & mask & 1) != 0 ? Truncated(init) : crc;
                break;
            case 0x10 when configurable:
                init = (init & ~mask) | (value & mask);
                crc = Truncated(init);
                break;
            case 0x14 when configurable:
                pol = (pol & ~mask) | (value & mask);
                break;
        }
    }

    public void Reset(long now) => (crc, idr, cr, init, pol) = (uint.MaxValue, 0, 0, uint.MaxValue, UsualPolynomial);

    /// <summary>The width of the access is the width of the data. The old unit takes words only, and sees zeros on other lanes.</summary>
    private void Feed(uint value, uint mask)
    {
        var bits = !configurable || mask == uint.MaxValue ? 32 : System.Numerics.BitOperations.PopCount(mask);
        var data = (value & mask) >> (bits == 32 ? 0 : System.Numerics.BitOperations.TrailingZeroCount(mask));
        data = ((cr >> 5) & 3) switch
        {
            1 => Grouped(data, bits, 8),
            2 => Grouped(data, bits, 16),
            3 => Grouped(data, bits, 32),
            _ => data,
        };
        var top = 1u << (Size - 1);
        for (var bit = bits - 1; bit >= 0; bit--)
        {
            var feedback = ((crc & top) != 0) != ((data & 1u << bit) != 0);
            crc = Truncated(crc << 1) ^ (feedback ? Truncated(pol) : 0);
        }
    }

    private uint Truncated(uint value) => Size == 32 ? value : value & ((1u << Size) - 1);

    /// <summary>Reverses the bits of each group; a group wider than the data is the data.</summary>
    private static uint Grouped(uint data, int bits, int group)
    {
        var (width, result) = (Math.Min(group, bits), 0u);
        for (var at = 0; at < bits; at += width)
        {
            var piece = (data >> at) & (width == 32 ? uint.MaxValue : (1u << width) - 1);
            result |= Reversed(piece, width) << at;
        }

        return result;
    }

    private static uint Reversed(uint value, int bits)
    {
        var result = 0u;
        for (var i = 0; i < bits; i++)
        {
            result = (result << 1) | ((value >> i) & 1);
        }

        return result;
    }
}
