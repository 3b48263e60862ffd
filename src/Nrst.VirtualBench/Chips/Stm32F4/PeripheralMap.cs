namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>Which block of registers answers at an address of the AHB1, AHB2, APB1 and APB2 windows.</summary>
internal sealed class PeripheralMap(IChipServices chip)
{
    private const uint Kilobyte = 1024;

    private readonly Slot?[] low = new Slot?[0x8_0000 / Kilobyte];  // 0x4000_0000: APB1, APB2, AHB1
    private readonly Slot?[] ahb2 = new Slot?[0x6_1000 / Kilobyte]; // 0x5000_0000
    private readonly Slot?[] external = new Slot?[2]; // 0xA000_0000: FSMC or FMC, QUADSPI
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
    public T Add<T>(uint at, T peripheral, (uint Register, int Bit)? enable = null, uint size = Kilobyte)
        where T : IPeripheral
    {
        var slot = new Slot(peripheral, at, enable?.Register ?? 0, enable is { Bit: var bit } ? 1u << bit : 0);
        for (var offset = 0u; offset < size; offset += Kilobyte)
        {
            Place(at + offset) = slot;
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
        foreach (var slot in low.Concat(ahb2).OfType<Slot>().Where(slot => slot.EnableRegister == enableRegister && (slot.EnableMask & bits) != 0))
        {
            slot.Peripheral.Reset(now);
        }
    }

    public static bool Covers(uint address) =>
        address is >= 0x4000_0000 and < 0x4008_0000 or >= 0x5000_0000 and < 0x5006_1000
        or >= 0xA000_0000 and < 0xA000_2000;

    public uint Read(uint address, long now)
    {
        var slot = Place(address) ?? Unmodelled(address);
        return IsClocked(slot) ? slot.Peripheral.Read(address - slot.Base, now) : 0;
    }

    public void Write(uint address, uint value, uint mask, long now)
    {
        var slot = Place(address) ?? Unmodelled(address);
        if (IsClocked(slot))
        {
            slot.Peripheral.Write(address - slot.Base, value, mask, now);
        }
    }

    private bool IsClocked(Slot slot) =>
        slot.EnableMask == 0 || ClockEnables is null || (ClockEnables(slot.EnableRegister) & slot.EnableMask) != 0;

    private ref Slot? Place(uint address)
    {
        if (address < 0x5000_0000)
        {
            return ref low[(address - 0x4000_0000) / Kilobyte];
        }

        if (address < 0xA000_0000)
        {
            return ref ahb2[(address - 0x5000_0000) / Kilobyte];
        }

        return ref external[(address - 0xA000_0000) / 4096];
    }

    private Slot Unmodelled(uint address)
    {
        var at = address & ~(Kilobyte - 1);
        chip.Note($"0x{address:X8}: no model behind this peripheral; its registers only keep what is written.");
        Add(at, new RegisterFile());
        return Place(address)!;
    }

    private sealed record Slot(IPeripheral Peripheral, uint Base, uint EnableRegister, uint EnableMask);
}
