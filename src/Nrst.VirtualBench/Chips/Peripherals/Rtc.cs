namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The real-time clock's registers. They live in the backup domain: no system reset touches them. The calendar stands still.</summary>
internal sealed class Rtc() : RegisterFile((0x04, 0x0000_2101), (0x10, 0x007F_00FF), (0x14, 0x0000_FFFF))
{
    private const uint Isr = 0x0C, INIT = 1 << 7;
    private const uint AlwaysReady = 0x27; // RSF, WUTWF, ALRBWF, ALRAWF

    public override uint Read(uint offset, long now) => offset == Isr
        ? (this[Isr] & ~0x40u) | AlwaysReady | ((this[Isr] & INIT) != 0 ? 0x40u : 0)
        : base.Read(offset, now);

    public override void Reset(long now)
    {
    }
}
