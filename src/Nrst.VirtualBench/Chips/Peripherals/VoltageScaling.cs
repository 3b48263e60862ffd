namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Power control of the H5: the voltage scale is what software asks for, at once.</summary>
internal sealed class VoltageScaling : RegisterFile
{
    private const uint VOSCR = 0x10, VOSSR = 0x14, VOSRDY = 1 << 3, ACTVOSRDY = 1 << 13;

    public override uint Read(uint offset, long now) =>
        offset == VOSSR ? VOSRDY | ACTVOSRDY | ((this[VOSCR] & 0x30) << 10) : base.Read(offset, now);
}
