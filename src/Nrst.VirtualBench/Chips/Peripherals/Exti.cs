namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The external interrupt controller. Lines fire by SWIER; pins are not wired to it.</summary>
internal sealed class Exti(IChipServices chip) : RegisterFile
{
    private const uint Imr = 0x00, Swier = 0x10, Pr = 0x14;

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        var bits = value & mask;
        switch (offset)
        {
            case Swier:
                this[Pr] |= bits & ~this[Swier] & this[Imr];
                this[Swier] |= bits;
                break;
            case Pr:
                this[Pr] &= ~bits;
                this[Swier] &= ~bits;
                break;
            default:
                base.Write(offset, value, mask, now);
                break;
        }

        Drive();
    }

    public override void Reset(long now)
    {
        base.Reset(now);
        Drive();
    }

    private void Drive()
    {
        var pending = this[Pr] & this[Imr];
        for (var line = 0; line < 5; line++)
        {
            chip.SetInterrupt(6 + line, (pending & 1u << line) != 0);
        }

        chip.SetInterrupt(23, (pending & 0x03E0) != 0);
        chip.SetInterrupt(40, (pending & 0xFC00) != 0);
        chip.SetInterrupt(1, (pending & 1 << 16) != 0);
        chip.SetInterrupt(41, (pending & 1 << 17) != 0);
        chip.SetInterrupt(3, (pending & 1 << 22) != 0);
    }
}
