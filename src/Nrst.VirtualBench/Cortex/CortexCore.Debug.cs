namespace Nrst.VirtualBench.Cortex;

// Halting debug: DHCSR, DCRSR, DEMCR, DFSR, breakpoints, watchpoints and vector catch.
internal sealed partial class CortexCore
{
    private const uint DHCSR_C_DEBUGEN = 1, DHCSR_C_HALT = 2, DHCSR_C_STEP = 4, DHCSR_C_MASKINTS = 8;
    private const uint DFSR_HALTED = 1, DFSR_BKPT = 2, DFSR_DWTTRAP = 4, DFSR_VCATCH = 8;
    private const uint DEMCR_VC_CORERESET = 1, DEMCR_MON_EN = 1 << 16, DEMCR_TRCENA = 1 << 24;

    private readonly CodeComparatorUnit _fpb = new(traits);
    private readonly WatchpointUnit _dwt = new(traits);
    private uint _dhcsr, _dcrdr, _demcr, _dfsr, _haltReasons;
    private bool _halted, _stepping, _resetSeen, _watchFetches;
    private long _retiredAtLastRead, _countedFrom;

    /// <summary>An access that a slave holds up for longer than this is one that never ends: the core cannot even halt.</summary>
    private const long Hopeless = 600_000_000_000;

    private long _debugTime;

    private bool DebugEnabled => (_dhcsr & DHCSR_C_DEBUGEN) != 0 && !IsClosedToDebugger;

    private bool IsHung => _now > _debugTime + Hopeless;

    private uint CycleCount
    {
        get
        {
            var counts = (_demcr & DEMCR_TRCENA) != 0 && _dwt.CountsCycles && !_halted && !_held;
            return _dwt.Cycles + (counts ? (uint)((NowPicoseconds - _countedFrom) / _cyclePicoseconds) : 0);
        }
    }

    private uint ReadDhcsr(bool debugger)
    {
        var value = _dhcsr | 1 << 16 | (_halted ? 1u << 17 : 0) | (_sleeping ? 1u << 18 : 0) | (_lockedUp ? 1u << 19 : 0)
            | (InstructionsExecuted != _retiredAtLastRead ? 1u << 24 : 0) | (_resetSeen || _held ? 1u << 25 : 0);
        if (debugger)
        {
            _retiredAtLastRead = InstructionsExecuted;
            _resetSeen = false;
        }

        return value;
    }

    private void WriteDhcsr(uint value, bool debugger)
    {
        if (value >> 16 != 0xA05F)
        {
            return;
        }

        const uint Writable = DHCSR_C_DEBUGEN | DHCSR_C_HALT | DHCSR_C_STEP | DHCSR_C_MASKINTS | 0x20;
        value &= Writable;
        if (!debugger)
        {
            value = value & ~DHCSR_C_DEBUGEN | _dhcsr & DHCSR_C_DEBUGEN; // software cannot make itself debuggable
        }

        if ((value & DHCSR_C_DEBUGEN) == 0)
        {
            value = 0;
        }

        if (IsClosedToDebugger)
        {
            value &= DHCSR_C_DEBUGEN;
        }

        _dhcsr = value;
        _attention = true;
        if ((value & DHCSR_C_HALT) == 0)
        {
            Resume();
        }
        else if (!_halted)
        {
            _haltReasons |= DFSR_HALTED;
            if (debugger && !_held && !IsHung)
            {
                EnterDebugState();
            }
        }
    }

    private void Resume()
    {
        _stepping = (_dhcsr & DHCSR_C_STEP) != 0;
        if (!_halted)
        {
            return;
        }

        FreezeCounters();
        _halted = false;
        _fetchedAt = NothingFetched;
        _haltReasons = 0;
        ThawCounters();
        _attention = true;
    }

    private void EnterDebugState()
    {
        _dfsr |= _haltReasons;
        _haltReasons = 0;
        if (_halted)
        {
            return;
        }

        FreezeCounters();
        _halted = true;
        _sleeping = _lockedUp = _stepping = false;
        _dhcsr |= DHCSR_C_HALT;
        _fetchedAt = NothingFetched;
        _attention = true;
        _sysTickDue = long.MaxValue;
        RefreshLimit();
    }

    private void AfterInstruction()
    {
        if (_stepping && !_halted)
        {
            _haltReasons |= DFSR_HALTED;
        }

        if (_haltReasons != 0)
        {
            EnterDebugState();
        }
    }

    private void WriteDemcr(uint value)
    {
        FreezeCounters();
        _demcr = value & traits.DemcrBits;
        ThawCounters();
        RearmWatching();
        Nvic.Set(_nvic.Pending, DebugMonitor, (_demcr & 1 << 17) != 0);
        _attention = true;
    }

    private void WriteDcrsr(uint value)
    {
        if (!_halted)
        {
            return;
        }

        var number = (int)(value & 0x7F);
        if ((value & 1 << 16) == 0)
        {
            _dcrdr = ReadCoreRegister(number);
        }
        else
        {
            WriteCoreRegister(number, _dcrdr);
        }
    }

    private uint ReadCoreRegister(int number) => number switch
    {
        <= 15 => GetRegister(number),
        16 => XPSR,
        17 => MSP,
        18 => PSP,
        20 => _control << 24 | (_faultmask ? 1u << 16 : 0) | _basepri << 8 | (_primask ? 1u : 0),
        30 => _msplim,
        31 => _psplim,
        33 => _fpscr,
        >= 64 and < 96 => _s[number - 64],
        _ => 0,
    };

    private void WriteCoreRegister(int number, uint value)
    {
        switch (number)
        {
            case <= 15:
                SetRegister(number, value);
                break;
            case 16:
                XPSR = value;
                break;
            case 17:
                MSP = value;
                break;
            case 18:
                PSP = value;
                break;
            case 20:
                CONTROL = value >> 24;
                FAULTMASK = traits.HasBasepri && (value & 1 << 16) != 0;
                BASEPRI = traits.HasBasepri ? value >> 8 & 0xFF : 0;
                PRIMASK = (value & 1) != 0;
                break;
            case 30 when traits.HasV8:
                MSPLIM = value;
                break;
            case 31 when traits.HasV8:
                PSPLIM = value;
                break;
            case 33 when traits.HasFloat:
                _fpscr = value & FPSCR_Writable;
                break;
            case >= 64 and < 96 when traits.HasFloat:
                _s[number - 64] = value;
                break;
        }
    }

    private void RearmWatching()
    {
        var traced = (_demcr & DEMCR_TRCENA) != 0;
        _watchFetches = _fpb.Armed || (traced && _dwt.WatchesFetches);
        _watchData = traced && _dwt.WatchesData;
        _attention = true;
    }

    private bool FetchIsBroken()
    {
        var reason = _fpb.Matches(_pc) ? DFSR_BKPT
            : (_demcr & DEMCR_TRCENA) != 0 && _dwt.MatchesFetch(_pc) ? DFSR_DWTTRAP
            : 0;
        if (reason == 0)
        {
            return false;
        }

        if (DebugEnabled)
        {
            _haltReasons |= reason;
            EnterDebugState();
            return true;
        }

        if ((_demcr & DEMCR_MON_EN) == 0 || _nvic.GroupPriority(DebugMonitor) >= ExecutionPriority)
        {
            return false;
        }

        _dfsr |= reason;
        EnterException(DebugMonitor, _pc);
        return true;
    }

    private void WatchData(uint address, int bytes, uint value, bool isWrite)
    {
        if (!_dwt.MatchesData(address, bytes, value, isWrite))
        {
            return;
        }

        if (DebugEnabled)
        {
            _haltReasons |= DFSR_DWTTRAP;
            _attention = true;
        }
        else if ((_demcr & DEMCR_MON_EN) != 0)
        {
            _dfsr |= DFSR_DWTTRAP;
            Pend(DebugMonitor);
        }
    }

    private void Breakpoint()
    {
        if (DebugEnabled)
        {
            _haltReasons |= DFSR_BKPT;
            _stepping = false;
            _attention = true;
            (_next, _it) = (_pc, _itAtStart); // a halting BKPT does not retire
            return;
        }

        Spend(_cycles);
        _dfsr |= DFSR_BKPT;
        TakeSynchronous(DebugMonitor, (_demcr & DEMCR_MON_EN) != 0, HFSR_DEBUGEVT, $"BKPT at 0x{_pc:X8} with no debugger attached");
        (_next, _cycles) = (_pc, 0);
    }

    private void CatchVector(int exception)
    {
        var bit = exception switch
        {
            HardFault => 10,
            MemManage => 4,
            BusFault => 8,
            UsageFault when (_cfsr & CFSR_NOCP) != 0 && (_demcr & 1 << 5) != 0 => 5,
            UsageFault when (_cfsr & (CFSR_UNALIGNED | CFSR_DIVBYZERO)) != 0 && (_demcr & 1 << 6) != 0 => 6,
            UsageFault => 7,
            _ => 31,
        };
        if (DebugEnabled && (_demcr >> bit & 1) != 0)
        {
            _haltReasons |= DFSR_VCATCH;
        }
    }
}
