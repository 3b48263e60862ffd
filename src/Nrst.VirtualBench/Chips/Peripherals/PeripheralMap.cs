using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Which block of registers answers at an address among the peripherals.</summary>
internal sealed class PeripheralMap(IChipServices chip, IReadOnlyList<(uint Start, uint Length)> windows)
{
    private const uint Kilobyte = 1024;

    private readonly Dictionary<uint, Slot> slots = []; // by address / 1024
    private readonly List<IPeripheral> all = [];
    private readonly List<ITimedPeripheral> timed = [];

    /// <summary>Reads an RCC enable register, given its offset; null until there is an RCC.</summary>
    public Func<uint, uint>? ClockEnables { get; set; }

    /// <summary>The earliest thing that is due in any peripheral.</summary>
    public long NextEvent
    {
        get
        {
            var next = long.MaxValue;
            foreach (var peripheral in timed)
            {
                next = Math.Min(next, peripheral.NextEvent);
            }

            return next;
        }
    }

    /// <param name="enable">The RCC register and bit that clock it; an unclocked block reads 0 and ignores writes.</param>
    public T Add<T>(uint at, T peripheral, EnableBit? enable = null, uint size = Kilobyte)
        where T : IPeripheral
    {
        var slot = new Slot(peripheral, at, enable?.Register ?? 0, enable is { } bit ? 1u << bit.Bit : 0);
        for (var offset = 0u; offset < size; offset += Kilobyte)
        {
            slots[(at + offset) / Kilobyte] = slot;
        }

        all.Add(peripheral);
        if (peripheral is ITimedPeripheral ticking)
        {
            timed.Add(ticking);
        }

        return peripheral;
    }

    public void Advance(long now)
    {
        foreach (var peripheral in timed)
        {
            peripheral.Advance(now);
        }
    }

    public void Reset(long now)
    {
        foreach (var peripheral in all)
        {
            peripheral.Reset(now);
        }
    }

    /// <summary>AHBxRSTR or APBxRSTR: resets what the same bits of the enable register clock.</summary>
    public void Reset(uint enableRegister, uint bits, long now)
    {
        foreach (var slot in slots.Values.Distinct().Where(slot => slot.EnableRegister == enableRegister && (slot.EnableMask & bits) != 0))
        {
            slot.Peripheral.Reset(now);
        }
    }

    public bool Covers(uint address)
    {
        foreach (var (start, length) in windows)
        {
            if (address - start < length)
            {
                return true;
            }
        }

        return false;
    }

    public uint Read(uint address, long now)
    {
        var slot = Place(address);
        return IsClocked(slot) ? slot.Peripheral.Read(address - slot.Base, now) : 0;
    }

    public void Write(uint address, uint value, uint mask, long now)
    {
        var slot = Place(address);
        if (IsClocked(slot))
        {
            slot.Peripheral.Write(address - slot.Base, value, mask, now);
        }
    }

    private bool IsClocked(Slot slot) =>
        slot.EnableMask == 0 || ClockEnables is null || (ClockEnables(slot.EnableRegister) & slot.EnableMask) != 0;

    private Slot Place(uint address)
    {
        if (slots.TryGetValue(address / Kilobyte, out var slot))
        {
            return slot;
        }

        chip.Note($"0x{address:X8}: no model behind this peripheral; its registers only keep what is written.");
        Add(address & ~(Kilobyte - 1), new RegisterFile());
        return slots[address / Kilobyte];
    }

    private sealed record Slot(IPeripheral Peripheral, uint Base, uint EnableRegister, uint EnableMask);
}
