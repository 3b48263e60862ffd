namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Registers that keep what was written to them, and do nothing.</summary>
internal class RegisterFile(params (uint Offset, uint Value)[] resetValues) : IPeripheral
{
    private readonly Dictionary<uint, uint> registers = new(resetValues.Select(pair => KeyValuePair.Create(pair.Offset, pair.Value)));

    public virtual uint Read(uint offset, long now) => registers.GetValueOrDefault(offset);

    public virtual void Write(uint offset, uint value, uint mask, long now) =>
        registers[offset] = (registers.GetValueOrDefault(offset) & ~mask) | (value & mask);

    public virtual void Reset(long now)
    {
        registers.Clear();
        foreach (var (offset, value) in resetValues)
        {
            registers[offset] = value;
        }
    }

    protected uint this[uint offset]
    {
        get => registers.GetValueOrDefault(offset);
        set => registers[offset] = value;
    }
}
