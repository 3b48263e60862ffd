namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Power control: regulator and over-drive are ready as soon as they are asked for.</summary>
internal sealed class Pwr() : RegisterFile((0x00, 0x0000_C000))
{
    private const uint VOSRDY = 1 << 14, ODEN = 1 << 16, ODSWEN = 1 << 17, BRE = 1 << 9;

    public override uint Read(uint offset, long now) => offset == 0x04
        ? this[0x04] | VOSRDY | (this[0x00] & (ODEN | ODSWEN)) | ((this[0x04] & BRE) != 0 ? 8u : 0)
        : base.Read(offset, now);
}
