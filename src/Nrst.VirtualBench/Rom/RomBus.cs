using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>What the program in the ROM can do: accesses of the core's data bus, at its own time.</summary>
internal sealed class RomBus(IBus bus, FlashModel flash)
{
    /// <summary>Where the program has come to, in nanoseconds. A stalled access moves it on.</summary>
    public long Now { get; set; }

    /// <summary>Nobody answered one of the accesses since this was last set to false.</summary>
    public bool Faulted { get; set; }

    /// <summary>When the running flash operations end; <see cref="Now"/> where there are none.</summary>
    public long FlashReady => Math.Max(flash.BusyUntil ?? Now, Now);

    public uint Read(uint address, int bytes = 4)
    {
        var now = Now;
        Faulted |= bus.Read(address, bytes, out var value, BusMaster.CoreData, ref now) != BusStatus.Ok;
        Now = now;
        return value;
    }

    public void Write(uint address, uint value, int bytes = 4)
    {
        var now = Now;
        Faulted |= bus.Write(address, bytes, value, BusMaster.CoreData, ref now) != BusStatus.Ok;
        Now = now;
    }

    /// <summary>Sets bits of a register and leaves the others.</summary>
    public void Set(uint address, uint bits) => Write(address, Read(address) | bits);

    /// <summary>The bytes from an address on; null where some of them cannot be read.</summary>
    public byte[]? Copy(uint address, int length)
    {
        Faulted = false;
        var bytes = new byte[length];
        for (var i = 0; i < length && !Faulted; i++)
        {
            // Registers answer words only, and a loader reads option registers like memory.
            var word = Read((address + (uint)i) & ~3u);
            bytes[i] = (byte)(word >> (int)(8 * ((address + (uint)i) & 3)));
        }

        return Faulted ? null : bytes;
    }
}
