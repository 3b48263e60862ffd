using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Cortex;

// Fetches, loads and stores: alignment, bit-band aliases, the private peripheral bus, and everything else on the bus.
internal sealed partial class CortexCore
{
    private const uint NothingFetched = 1;

    private uint _fetched;
    private uint _fetchedAt = NothingFetched;
    private uint _exclusive = NothingFetched;
    private bool _watchData;

    private uint Fetch(uint address)
    {
        var word = address & ~3u;
        if (word != _fetchedAt)
        {
            Refill(word);
        }

        return (address & 2) != 0 ? _fetched >> 16 : _fetched & 0xFFFF;
    }

    private void Refill(uint word)
    {
        _fetchedAt = NothingFetched;
        // The default memory map: peripherals, external devices and the system space are execute-never.
        if (word >> 29 is 2 or >= 5)
        {
            throw new CoreFaultException(MemManage, CFSR_IACCVIOL) { Text = $"Execution in the execute-never region at 0x{word:X8}" };
        }

        if (bus.Read(word, 4, out _fetched, BusMaster.CoreFetch, ref _now) != BusStatus.Ok)
        {
            throw new CoreFaultException(BusFault, CFSR_IBUSERR) { Text = $"Instruction fetch from 0x{word:X8} failed" };
        }

        _fetchedAt = word;
        if (word >> 29 == 1)
        {
            _cycles++; // code on the system bus
        }
    }

    private uint Load32(uint address)
    {
        if ((address & 3) == 0)
        {
            return LoadAligned(address, 4);
        }

        RefuseUnaligned(address);
        return Load(address, 1) | Load(address + 1, 1) << 8 | Load(address + 2, 1) << 16 | Load(address + 3, 1) << 24;
    }

    private uint Load16(uint address)
    {
        if ((address & 1) == 0)
        {
            return LoadAligned(address, 2);
        }

        RefuseUnaligned(address);
        return Load(address, 1) | Load(address + 1, 1) << 8;
    }

    private uint Load8(uint address) => LoadAligned(address, 1);

    private uint Load(uint address, int bytes) => LoadAligned(address, bytes);

    private void Store32(uint address, uint value)
    {
        if ((address & 3) == 0)
        {
            StoreAligned(address, 4, value);
            return;
        }

        RefuseUnaligned(address);
        StoreAligned(address, 1, value & 0xFF);
        StoreAligned(address + 1, 1, value >> 8 & 0xFF);
        StoreAligned(address + 2, 1, value >> 16 & 0xFF);
        StoreAligned(address + 3, 1, value >> 24);
    }

    private void Store16(uint address, uint value)
    {
        if ((address & 1) == 0)
        {
            StoreAligned(address, 2, value & 0xFFFF);
            return;
        }

        RefuseUnaligned(address);
        StoreAligned(address, 1, value & 0xFF);
        StoreAligned(address + 1, 1, value >> 8 & 0xFF);
    }

    private void Store8(uint address, uint value) => StoreAligned(address, 1, value & 0xFF);

    private void RefuseUnaligned(uint address)
    {
        if ((_ccr & CCR_UNALIGN_TRP) != 0 || address >> 29 == 7)
        {
            throw Unaligned(address);
        }

        _cycles++;
    }

    private static void RequireWordAligned(uint address)
    {
        if ((address & 3) != 0)
        {
            throw Unaligned(address);
        }
    }

    private static CoreFaultException Unaligned(uint address) =>
        new(UsageFault, CFSR_UNALIGNED) { Text = $"Unaligned access to 0x{address:X8}" };

    private uint LoadAligned(uint address, int bytes)
    {
        if (TryLoad(address, bytes, out var value) != BusStatus.Ok)
        {
            return IgnoringBusFaults ? 0u : throw DataBusFault(address, "Load from");
        }

        if (_watchData)
        {
            WatchData(address, bytes, value, isWrite: false);
        }

        return value;
    }

    private void StoreAligned(uint address, int bytes, uint value)
    {
        if (TryStore(address, bytes, value) != BusStatus.Ok && !IgnoringBusFaults)
        {
            throw DataBusFault(address, "Store to");
        }

        if (_watchData)
        {
            WatchData(address, bytes, value, isWrite: true);
        }
    }

    private bool IgnoringBusFaults => (_ccr & CCR_BFHFNMIGN) != 0 && ExecutionPriority < 0;

    private static CoreFaultException DataBusFault(uint address, string verb) =>
        new(BusFault, CFSR_PRECISERR) { Address = address, Text = $"{verb} 0x{address:X8} failed" };

    private BusStatus TryLoad(uint address, int bytes, out uint value)
    {
        var block = address >> 25;
        if (block is 0x11 or 0x21 && traits.HasBitBand)
        {
            var status = bus.Read(BitBandByte(address), 1, out value, BusMaster.CoreData, ref _now);
            value = value >> (int)(address >> 2 & 7) & 1;
            return status;
        }

        if (address >> 20 == 0xE00 && Owns(address))
        {
            return ReadPpb(address, bytes, out value, debugger: false, _now);
        }

        return bus.Read(address, bytes, out value, BusMaster.CoreData, ref _now);
    }

    private BusStatus TryStore(uint address, int bytes, uint value)
    {
        if ((address & ~3u) == _fetchedAt)
        {
            _fetchedAt = NothingFetched;
        }

        var block = address >> 25;
        if (block is 0x11 or 0x21 && traits.HasBitBand)
        {
            var target = BitBandByte(address);
            var status = bus.Read(target, 1, out var old, BusMaster.CoreData, ref _now);
            if (status != BusStatus.Ok)
            {
                return status;
            }

            var bit = 1u << (int)(address >> 2 & 7);
            return bus.Write(target, 1, (value & 1) != 0 ? old | bit : old & ~bit, BusMaster.CoreData, ref _now);
        }

        if (address >> 20 == 0xE00 && Owns(address))
        {
            return WritePpb(address, bytes, value, debugger: false, _now);
        }

        return bus.Write(address, bytes, value, BusMaster.CoreData, ref _now);
    }

    // Each word of the alias is one bit of the first mebibyte of the region below it.
    private static uint BitBandByte(uint alias) => (alias & 0xF000_0000) + ((alias & 0x01FF_FFFF) >> 5);
}
