namespace Nrst.VirtualBench.Cortex;

// The programmer's model: what a debugger or a test may look at and change between instructions.
internal sealed partial class CortexCore
{
    /// <summary>Reads a core register; R15 is the address of the next instruction.</summary>
    public uint GetRegister(int number) => number == Pc ? _pc : _r[number];

    public void SetRegister(int number, uint value)
    {
        if (number == Pc)
        {
            _pc = value & ~1u;
            _fetchedAt = NothingFetched;
        }
        else
        {
            _r[number] = number == Sp ? value & ~3u : value;
        }
    }

    public uint XPSR
    {
        get => Apsr | _ipsr | (_thumb ? 1u << 24 : 0) | (_it & 3) << 25 | (_it >> 2) << 10;
        set
        {
            Apsr = value;
            _ipsr = value & 0x1FF;
            _thumb = (value & 1u << 24) != 0;
            _it = traits.HasThumb2 ? value >> 25 & 3 | (value >> 10 & 0x3F) << 2 : 0;
            SelectStack();
            _attention = true;
        }
    }

    public uint MSP
    {
        get => _onPsp ? _bankedSp : _r[Sp];
        set
        {
            if (_onPsp)
            {
                _bankedSp = value & ~3u;
            }
            else
            {
                _r[Sp] = value & ~3u;
            }
        }
    }

    public uint PSP
    {
        get => _onPsp ? _r[Sp] : _bankedSp;
        set
        {
            if (_onPsp)
            {
                _r[Sp] = value & ~3u;
            }
            else
            {
                _bankedSp = value & ~3u;
            }
        }
    }

    public uint CONTROL
    {
        get => _control;
        set
        {
            _control = value & _controlBits;
            SelectStack();
        }
    }

    /// <summary>The main stack's lowest address; 0 is no limit.</summary>
    public uint MSPLIM
    {
        get => _msplim;
        set
        {
            _msplim = value & ~7u;
            SelectStack();
        }
    }

    public uint PSPLIM
    {
        get => _psplim;
        set
        {
            _psplim = value & ~7u;
            SelectStack();
        }
    }

    public bool PRIMASK
    {
        get => _primask;
        set => (_primask, _attention) = (value, true);
    }

    public bool FAULTMASK
    {
        get => _faultmask;
        set => (_faultmask, _attention) = (value, true);
    }

    public uint BASEPRI
    {
        get => _basepri;
        set => (_basepri, _attention) = (value & _priorityMask, true);
    }

    private uint Apsr
    {
        get => (_n ? 1u << 31 : 0) | (_z ? 1u << 30 : 0) | (_c ? 1u << 29 : 0) | (_v ? 1u << 28 : 0) | (_q ? 1u << 27 : 0) | _ge << 16;
        set
        {
            _n = (value & 1u << 31) != 0;
            _z = (value & 1u << 30) != 0;
            _c = (value & 1u << 29) != 0;
            _v = (value & 1u << 28) != 0;
            _q = traits.HasThumb2 && (value & 1u << 27) != 0;
            _ge = traits.HasDsp ? value >> 16 & 0xF : 0;
        }
    }

    private bool IsPrivileged => _ipsr != 0 || (_control & CONTROL_nPRIV) == 0;

    private readonly uint _controlBits = traits.ControlBits;
    private readonly uint _priorityMask = traits.PriorityMask;

    private const uint CONTROL_nPRIV = 1;
    private const uint CONTROL_SPSEL = 2;
    private const uint CONTROL_FPCA = 4;

    private void SelectStack()
    {
        var psp = _ipsr == 0 && (_control & CONTROL_SPSEL) != 0;
        if (psp != _onPsp)
        {
            (_r[Sp], _bankedSp) = (_bankedSp, _r[Sp]);
            _onPsp = psp;
        }

        _stackLimit = psp ? _psplim : _msplim;
    }
}
