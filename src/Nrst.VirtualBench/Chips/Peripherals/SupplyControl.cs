namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Power control of the H7: the core supply is what software asks for, at once. Which regulator feeds it, software says once after power-on.</summary>
internal sealed class SupplyControl(IChipServices chip) : RegisterFile((0x00, 0xF000_C000), (0x0C, 0x0000_0006), (0x18, 0x0000_4000))
{
    private const uint CR3 = 0x0C;
    private const uint CSR1 = 0x04, D3CR = 0x18, VOSRDY = 1 << 13;

    public override uint Read(uint offset, long now) => offset switch
    {
        CSR1 => 0x0000_4000 | VOSRDY, // ACTVOSRDY, scale 3
        D3CR => this[D3CR] | VOSRDY,
        _ => base.Read(offset, now),
    };

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        base.Write(offset, value, mask, now);
        if (offset == CR3)
        {
            chip.CoreSupplyChosen(this[CR3]);
        }
    }
}
