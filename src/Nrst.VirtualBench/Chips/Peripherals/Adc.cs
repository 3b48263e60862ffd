namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Three converters that find half of the reference on every channel, at once.</summary>
internal sealed class Adc : RegisterFile
{
    private const uint EOC = 1 << 1, STRT = 1 << 4, SWSTART = 1 << 30;

    public override uint Read(uint offset, long now)
    {
        if (offset < 0x300 && (offset & 0xFF) == 0x4C)
        {
            this[offset - 0x4C] &= ~EOC;
            return 0x800;
        }

        return base.Read(offset, now);
    }

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        if (offset < 0x300 && (offset & 0xFF) == 0x08 && (value & mask & SWSTART) != 0)
        {
            this[offset - 8] |= EOC | STRT;
            value &= ~SWSTART;
        }

        base.Write(offset, value, mask, now);
    }
}
