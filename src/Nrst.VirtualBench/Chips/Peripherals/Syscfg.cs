namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>System configuration: what is mapped at address 0, and which port feeds which EXTI line.</summary>
internal sealed class Syscfg(Action<uint?> memoryMode, Func<uint> bootMode) : RegisterFile
{
    public override uint Read(uint offset, long now) =>
        offset == 0x20 ? this[0x20] | ((this[0x20] & 1) << 8) : base.Read(offset, now); // the compensation cell is ready at once

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        base.Write(offset, value, mask, now);
        if (offset == 0)
        {
            memoryMode(this[0] & 7);
        }
    }

    public override void Reset(long now)
    {
        base.Reset(now);
        this[0] = (this[0] & ~7u) | bootMode();
        memoryMode(null);
    }
}
