namespace Nrst.VirtualBench.Cortex;

/// <summary>DWT: the cycle counter, where there is one, and comparators for instruction addresses, data addresses and data values.</summary>
internal sealed class WatchpointUnit(CoreTraits traits)
{
    private const uint Matched = 1u << 24;

    private readonly uint[] _comparator = new uint[traits.DataComparators];
    private readonly uint[] _mask = new uint[traits.DataComparators];
    private readonly uint[] _function = new uint[traits.DataComparators];
    private readonly Watch[] _watch = new Watch[traits.DataComparators];
    private readonly uint[] _counters = new uint[6];
    private uint _control;

    /// <summary>What a comparator stops the core for.</summary>
    [Flags]
    private enum Watch : byte
    {
        Nothing = 0,
        Fetch = 1,
        Load = 2,
        Store = 4,

        /// <summary>Up to the address here, from that of the comparator before.</summary>
        Limit = 8,

        /// <summary>A value here, at the address of another comparator if that is linked.</summary>
        Value = 16,
        Linked = 32,
    }

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
        (_control, Cycles) = (0, 0);
        Rearm();
    }

    public void SetCycles(uint value) => Cycles = value;

    /// <param name="cycles">What CYCCNT reads now.</param>
    /// <param name="pc">What DWT_PCSR reads now.</param>
    public uint? Read(uint offset, uint cycles, uint pc)
    {
        var index = (int)(offset - 0x20 >> 4);
        return offset switch
        {
            0 => (uint)traits.DataComparators << 28 | _control,
            4 => cycles,
            >= 8 and <= 0x18 => _counters[offset - 8 >> 2],
            0x1C => pc,
            >= 0x20 when index < _comparator.Length => (offset & 15) switch
            {
                0 => _comparator[index],
                4 => _mask[index],
                8 => ReadFunction(index),
                _ => 0,
            },
            0xFBC when traits.HasV8 => 0x4770_1A02,
            < 0xFB0 => 0,
            _ => null,
        };
    }

    public void Write(uint offset, uint value)
    {
        var index = (int)(offset - 0x20 >> 4);
        switch (offset)
        {
            case 0:
                _control = traits.HasCycleCounter ? value & 0x017F_1FFF : 0;
                break;
            case 4:
                Cycles = traits.HasCycleCounter ? value : 0;
                break;
            case >= 8 and <= 0x18:
                _counters[offset - 8 >> 2] = traits.HasCycleCounter ? value & 0xFF : 0;
                break;
            case >= 0x20 when index < _comparator.Length:
                WriteComparator(index, offset & 15, value);
                break;
        }

        Rearm();
    }

    public bool MatchesFetch(uint pc)
    {
        var matched = false;
        for (var i = 0; i < _watch.Length; i++)
        {
            matched |= (_watch[i] & Watch.Fetch) != 0 && Strikes(i, pc, 2);
        }

        return matched;
    }

    public bool MatchesData(uint address, int bytes, uint value, bool isWrite)
    {
        var matched = false;
        for (var i = 0; i < _watch.Length; i++)
        {
            if ((_watch[i] & (isWrite ? Watch.Store : Watch.Load)) != 0 && ((_watch[i] & Watch.Value) == 0 || ValueMatches(i, address, bytes, value)))
            {
                matched |= Strikes(i, address, bytes);
            }
        }

        return matched;
    }

    private void WriteComparator(int index, uint register, uint value)
    {
        switch (register)
        {
            case 0:
                _comparator[index] = value;
                break;
            case 4 when !traits.HasV8:
                _mask[index] = value & 0xF; // up to 32 KiB
                break;
            case 8:
                _function[index] = value & (traits.HasV8 ? 0xC3Fu : traits.HasThumb2 ? 0x000F_FDAFu : 0xF);
                break;
        }
    }

    private void Rearm()
    {
        (WatchesFetches, WatchesData) = (false, false);
        for (var i = 0; i < _watch.Length; i++)
        {
            _watch[i] = traits.HasV8 ? MatchOfV8(_function[i]) : Function(_function[i]);
        }

        for (var i = 1; i < _watch.Length; i++)
        {
            // The comparator in front of a limit or a linked value is but a part of it.
            _watch[i - 1] = (_watch[i] & (Watch.Limit | Watch.Linked)) != 0 ? Watch.Nothing : _watch[i - 1];
        }

        foreach (var watch in _watch)
        {
            WatchesFetches |= (watch & Watch.Fetch) != 0;
            WatchesData |= (watch & (Watch.Load | Watch.Store)) != 0;
        }
    }

    private static Watch Function(uint function)
    {
        var value = (function & 0x100) != 0 ? Watch.Value : Watch.Nothing;
        return (function & 15) switch
        {
            4 => Watch.Fetch,
            5 => Watch.Load | value,
            6 => Watch.Store | value,
            7 => Watch.Load | Watch.Store | value,
            _ => Watch.Nothing,
        };
    }

    // MATCH at 3:0; ACTION at 5:4 is 1 for a debug event.
    private static Watch MatchOfV8(uint function) => (function >> 4 & 3) != 1 ? Watch.Nothing : (function & 15) switch
    {
        2 => Watch.Fetch,
        3 => Watch.Fetch | Watch.Limit,
        4 => Watch.Load | Watch.Store,
        5 => Watch.Store,
        6 => Watch.Load,
        7 => Watch.Load | Watch.Store | Watch.Limit,
        8 => Watch.Load | Watch.Store | Watch.Value,
        9 => Watch.Store | Watch.Value,
        10 => Watch.Load | Watch.Value,
        11 => Watch.Load | Watch.Store | Watch.Value | Watch.Linked,
        _ => Watch.Nothing,
    };

    private bool Strikes(int index, uint address, int bytes)
    {
        var strikes = (_watch[index] & Watch.Limit) != 0 ? address <= _comparator[index] && _comparator[index - 1] < (ulong)address + (ulong)bytes
            : (_watch[index] & Watch.Value) != 0 || Covers(index, address, bytes);
        _function[index] |= strikes ? Matched : 0;
        return strikes;
    }

    private bool ValueMatches(int index, uint address, int bytes, uint value)
    {
        var function = _function[index];
        var size = 1 << (int)(function >> 10 & 3);
        var mask = size >= 4 ? uint.MaxValue : (1u << size * 8) - 1;
        // DATAVADDR0 names the comparator with the address; in ARMv8-M a linked value has it in the comparator before.
        var where = traits.HasV8 ? index - 1 : (int)(function >> 12 & 3);
        return size == bytes && (value & mask) == (_comparator[index] & mask)
            && ((traits.HasV8 && (_watch[index] & Watch.Linked) == 0) || Covers(where, address, bytes));
    }

    private bool Covers(int index, uint address, int bytes)
    {
        var bits = traits.HasV8 ? (int)(_function[index] >> 10 & 3) : (int)_mask[index];
        var first = _comparator[index] & ~0u << bits;
        return address < first + (1UL << bits) && first < (ulong)address + (ulong)bytes;
    }

    private uint ReadFunction(int index)
    {
        var value = _function[index];
        _function[index] &= ~Matched; // clears on read
        return value | (traits.HasV8 ? ((index & 1) != 0 ? 0xF000_0000 : index == 0 ? 0x5800_0000u : 0x5000_0000) : 0);
    }
}
