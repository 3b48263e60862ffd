namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The random number generator, of which the bench wants the same numbers every time.</summary>
internal sealed class Rng : RegisterFile
{
    private uint state = 0x1357_9BDF;

    public override uint Read(uint offset, long now)
    {
        var enabled = (this[0x00] & 4) != 0;
        switch (offset)
        {
            case 0x04:
                return enabled ? 1u : 0;
            case 0x08 when enabled:
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                return state;
            default:
                return base.Read(offset, now);
        }
    }
}
