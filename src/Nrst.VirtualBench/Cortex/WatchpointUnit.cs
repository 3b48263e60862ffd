namespace Nrst.VirtualBench.Cortex;

/// <summary>DWT: the cycle counter and four comparators for instruction addresses, data addresses and one data value.</summary>
internal sealed class WatchpointUnit
{
    private const int Comparators = 4;

    private readonly uint[] _comparator = new uint[Comparators];
    private readonly uint[] _mask = new uint[Comparators];
    private readonly uint[] _function = new uint[Comparators];
    private readonly uint[] _counters = new uint[6];
    private uint _control;

    public uint Cycles { get; private set; }

    public bool CountsCycles => (_control & 1) != 0;

    public bool WatchesFetches { get; private set; }

    public bool WatchesData { get; private set; }

    public void Reset()
    {
        Array.Clear(_comparator);
        Array.Clear(_mask);
        Array.Clear(_function);
        Array.Clear(_counters);
        (_control, Cycles, WatchesFetches, WatchesData) = (0, 0, false, false);
    }

    public void SetCycles(uint value) => Cycles = value;

    public uint? Read(uint offset, uint cycles) => offset switch
    {
        0 => 0x4000_0000 | _control,
        4 => cycles,
        >= 8 and <= 0x18 => _counters[offset - 8 >> 2],
        >= 0x20 and < 0x60 when (offset & 15) == 0 => _comparator[offset - 0x20 >> 4],
        >= 0x20 and < 0x60 when (offset & 15) == 4 => _mask[offset - 0x20 >> 4],
        >= 0x20 and < 0x60 when (offset & 15) == 8 => ReadFunction((int)(offset - 0x20 >> 4)),
        < 0xFB0 => 0,
        _ => null,
    };

    public void Write(uint offset, uint value)
    {
        var index = offset - 0x20 >> 4;
        switch (offset)
        {
            case 0:
                _control = value & 0x017F_1FFF;
                break;
            case 4:
                Cycles = value;
                break;
            case >= 8 and <= 0x18:
                _counters[offset - 8 >> 2] = value & 0xFF;
                break;
            case >= 0x20 and < 0x60 when (offset & 15) == 0:
                _comparator[index] = value;
                break;
            case >= 0x20 and < 0x60 when (offset & 15) == 4:
                _mask[index] = value & 0xF; // up to 32 KiB
                break;
            case >= 0x20 and < 0x60 when (offset & 15) == 8:
                _function[index] = value & 0x000F_FDAF;
                break;
        }

        WatchesFetches = WatchesData = false;
        foreach (var function in _function)
        {
            WatchesFetches |= (function & 15) == 4;
            WatchesData |= (function & 15) is >= 5 and <= 7;
        }
    }

    public bool MatchesFetch(uint pc)
    {
        for (var i = 0; i < Comparators; i++)
        {
            if ((_function[i] & 15) == 4 && Covers(i, pc, 2))
            {
                _function[i] |= 1u << 24;
                return true;
            }
        }

        return false;
    }

    public bool MatchesData(uint address, int bytes, uint value, bool isWrite)
    {
        var matched = false;
        for (var i = 0; i < Comparators; i++)
        {
            var kind = _function[i] & 15;
            if (kind is not (5 or 6 or 7) || (kind == 5 && isWrite) || (kind == 6 && !isWrite))
            {
                continue;
            }

            if ((_function[i] & 0x100) != 0 ? ValueMatches(i, address, bytes, value) : Covers(i, address, bytes))
            {
                _function[i] |= 1u << 24;
                matched = true;
            }
        }

        return matched;
    }

    // DATAVMATCH: this comparator holds the value, the one DATAVADDR0 names holds the address.
    private bool ValueMatches(int index, uint address, int bytes, uint value)
    {
        var size = 1 << (int)(_function[index] >> 10 & 3);
        var mask = size >= 4 ? uint.MaxValue : (1u << size * 8) - 1;
        return size == bytes && (value & mask) == (_comparator[index] & mask) && Covers((int)(_function[index] >> 12 & 3), address, bytes);
    }

    private bool Covers(int index, uint address, int bytes)
    {
        var first = _comparator[index] & ~0u << (int)_mask[index];
        var length = 1UL << (int)_mask[index];
        return address < first + length && first < (ulong)address + (ulong)bytes;
    }

    private uint ReadFunction(int index)
    {
        var value = _function[index];
        _function[index] &= ~(1u << 24); // MATCHED clears on read
        return value;
    }
}
