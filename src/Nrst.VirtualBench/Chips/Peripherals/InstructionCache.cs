namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>ICACHE, which here caches nothing: an invalidation is over at once and leaves its flag.</summary>
internal sealed class InstructionCache() : RegisterFile((0x00, 0x0000_0004), (0x04, 0x0000_0000))
{
    private const uint CR = 0x00, SR = 0x04, FCR = 0x0C, CACHEINV = 1 << 1, BSYENDF = 1 << 1;

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        switch (offset)
        {
            case CR:
                base.Write(offset, value & ~CACHEINV, mask, now);
                this[SR] |= (value & mask & CACHEINV) != 0 ? BSYENDF : 0;
                break;
            case SR:
                break;
            case FCR:
                this[SR] &= ~(value & mask);
                break;
            default:
                base.Write(offset, value, mask, now);
                break;
        }
    }
}
