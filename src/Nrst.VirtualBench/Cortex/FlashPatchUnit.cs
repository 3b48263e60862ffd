namespace Nrst.VirtualBench.Cortex;

/// <summary>FPB revision 1: six instruction and two literal comparators; the instruction comparators make breakpoints.</summary>
internal sealed class FlashPatchUnit
{
    private const int InstructionComparators = 6;

    private readonly uint[] _comparator = new uint[8];
    private bool _enabled;
    private uint _remap;

    /// <summary>At least one breakpoint is set and the unit is enabled.</summary>
    public bool Armed { get; private set; }

    public void Reset()
    {
        Array.Clear(_comparator);
        (_enabled, _remap, Armed) = (false, 0, false);
    }

    public uint? Read(uint offset) => offset switch
    {
        0 => 0x260 | (_enabled ? 1u : 0),
        4 => _remap | 1u << 29,
        >= 8 and < 0x28 => _comparator[offset - 8 >> 2],
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
            case >= 8 and < 0x28:
                _comparator[offset - 8 >> 2] = value & 0xDFFF_FFFD;
                break;
        }

        Armed = _enabled && _comparator.AsSpan(0, InstructionComparators).ContainsAnyExcept(0u);
    }

    public bool Matches(uint pc)
    {
        if (!Armed || pc >= 0x2000_0000)
        {
            return false;
        }

        // REPLACE: 01 breaks on the lower halfword, 10 on the upper, 11 on both; 00 remaps, which is not modelled.
        var half = (pc & 2) != 0 ? 2u : 1u;
        foreach (var comparator in _comparator.AsSpan(0, InstructionComparators))
        {
            if ((comparator & 1) != 0 && (comparator >> 30 & half) != 0 && (comparator & 0x1FFF_FFFC) == (pc & 0x1FFF_FFFC))
            {
                return true;
            }
        }

        return false;
    }
}
