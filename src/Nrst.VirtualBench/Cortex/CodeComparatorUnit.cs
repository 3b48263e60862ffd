namespace Nrst.VirtualBench.Cortex;

/// <summary>BPU or FPB: comparators on instruction addresses that make breakpoints, and literal comparators that only keep their values.</summary>
internal sealed class CodeComparatorUnit(CoreTraits traits)
{
    private readonly uint[] _comparator = new uint[traits.CodeComparators + traits.LiteralComparators];
    private readonly int _codes = traits.CodeComparators;
    private readonly bool _wholeAddress = traits.Breakpoints == BreakpointUnit.Fpb2;
    private bool _enabled;
    private uint _remap;

    /// <summary>At least one breakpoint is set and the unit is enabled.</summary>
    public bool Armed { get; private set; }

    // NUM_CODE is split: its low four bits at 7:4, the rest at 14:12. Revision 2 says so in the highest bits.
    private uint Control => (_wholeAddress ? 1u << 28 : 0) | (uint)(_codes & 15) << 4 | (uint)(_codes >> 4) << 12
        | (uint)traits.LiteralComparators << 8 | (_enabled ? 1u : 0);

    public void Reset()
    {
        Array.Clear(_comparator);
        (_enabled, _remap, Armed) = (false, 0, false);
    }

    public uint? Read(uint offset) => offset switch
    {
        0 => Control,
        4 => traits.Breakpoints == BreakpointUnit.Fpb1 ? _remap | 1u << 29 : 0,
        >= 8 when offset - 8 >> 2 < _comparator.Length => _comparator[offset - 8 >> 2],
        0xFBC when traits.HasV8 => 0x4770_1A03,
        _ => null,
    };

    public void Write(uint offset, uint value)
    {
        switch (offset)
        {
            case 0 when (value & 2) != 0:
                _enabled = (value & 1) != 0;
                break;
            case 4:
                _remap = value & 0x1FFF_FFE0;
                break;
            case >= 8 when offset - 8 >> 2 < _comparator.Length:
                _comparator[offset - 8 >> 2] = _wholeAddress ? value : value & 0xDFFF_FFFD;
                break;
        }

        Armed = _enabled && _comparator.AsSpan(0, _codes).ContainsAnyExcept(0u);
    }

    public bool Matches(uint pc)
    {
        if (!Armed)
        {
            return false;
        }

        return _wholeAddress ? _comparator.AsSpan(0, _codes).Contains(pc | 1) : pc < 0x2000_0000 && MatchesHalf(pc);
    }

    // 31:30: 01 breaks on the lower halfword, 10 on the upper, 11 on both; 00 remaps, which is not modelled.
    private bool MatchesHalf(uint pc)
    {
        var half = (pc & 2) != 0 ? 2u : 1u;
        foreach (var comparator in _comparator.AsSpan(0, _codes))
        {
            if ((comparator & 1) != 0 && (comparator >> 30 & half) != 0 && (comparator & 0x1FFF_FFFC) == (pc & 0x1FFF_FFFC))
            {
                return true;
            }
        }

        return false;
    }
}
