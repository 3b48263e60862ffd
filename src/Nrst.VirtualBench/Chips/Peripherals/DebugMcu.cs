using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>DBGMCU: who the chip is, and what stands still while the core is halted.</summary>
/// <remarks>A system reset leaves it alone; only the loss of power clears it.</remarks>
internal sealed class DebugMcu(DbgmcuDescription description, uint idCode) : IPeripheral
{
    private readonly Dictionary<uint, uint> registers = [];

    /// <summary>Some counter is to stop with the core.</summary>
    public bool FreezesAnything { get; private set; }

    /// <summary>What stands still may have changed.</summary>
    public event Action<long>? Changed;

    public uint this[uint offset] => registers.GetValueOrDefault(offset);

    public uint Read(uint offset, long now) => offset == 0 ? idCode : this[offset];

    public void Write(uint offset, uint value, uint mask, long now)
    {
        if (description.Registers.FirstOrDefault(register => register.Offset == offset) is not { Writable: not 0 } register)
        {
            return;
        }

        registers[offset] = ((this[offset] & ~mask) | (value & mask)) & register.Writable;
        FreezesAnything = description.Registers.Any(register => register.Freezes && this[register.Offset] != 0);
        Changed?.Invoke(now);
    }

    public void Reset(long now)
    {
    }

    public void PowerOn()
    {
        registers.Clear();
        FreezesAnything = false;
    }
}
