namespace Nrst.VirtualBench.Cortex;

// The three ways into the reset state and the one way out of it.
internal sealed partial class CortexCore
{
    /// <summary>Power came up: everything starts anew, debug registers included.</summary>
    public void PowerOnReset(long now)
    {
        _dhcsr = _dcrdr = _demcr = _dfsr = 0;
        _haltReasons = 0;
        _halted = _stepping = false;
        _fpb.Reset();
        _dwt.Reset();
        _trace.Clear();
        _watchData = _watchFetches = false;
        LastFaultText = null;
        SystemReset(now);
    }

    /// <summary>A reset of the system: the debug registers survive it, and vector catch may stop the core before its first instruction.</summary>
    public void SystemReset(long now)
    {
        CatchUp(now);
        _resetSeen = true;
        _halted = false;
        _dhcsr &= ~DHCSR_C_HALT;
        ResetCore(now);
        if (!_held)
        {
            Start();
        }
    }

    /// <summary>NRST as the core sees it. While it is low nothing executes, and the private peripheral bus still answers.</summary>
    public void HoldInReset(bool held, long now)
    {
        if (held == _held)
        {
            return;
        }

        CatchUp(now);
        _held = held;
        _resetSeen = true;
        ResetCore(now);
        if (held)
        {
            _halted = false;
            _dhcsr &= ~DHCSR_C_HALT;
        }
        else
        {
            Start();
        }
    }

    private void CatchUp(long now)
    {
        if (now > _now)
        {
            (_now, _picoseconds) = (now, 0);
        }
    }

    private void ResetCore(long now)
    {
        FreezeCounters();
        // A core that a slave had stalled beyond this moment is free again.
        (_now, _picoseconds) = (now, 0);
        Array.Clear(_r);
        Array.Clear(_s);
        _bankedSp = _msplim = _psplim = _stackLimit = 0;
        _onPsp = false;
        Apsr = 0;
        (_it, _ipsr, _control, _basepri, _fpscr) = (0, 0, 0, 0, 0);
        _primask = _faultmask = _lockedUp = _sleeping = _event = false;
        _thumb = true;
        (_exclusive, _fetchedAt) = (NothingFetched, NothingFetched);
        _r[Lr] = 0xFFFF_FFFF;
        _haltReasons = 0;
        ResetSystemSpace();
        _nvic.Reset();
        _sysTick.Reset();
        _sysTickDue = long.MaxValue;
        _pc = _next = 0;
        _attention = true;
        ThawCounters();
    }

    private void Start()
    {
        var stackRead = ReadVector(0, out var stack);
        var vectorRead = ReadVector(1, out var entry);
        _r[Sp] = stack & ~3u;
        _pc = _next = entry & ~1u;
        _thumb = (entry & 1) != 0;
        if (!stackRead || !vectorRead)
        {
            _r[Sp] = 0;
            _ipsr = HardFault;
            Nvic.Set(_nvic.Active, HardFault, true);
            LockUp("Reading the reset vector failed");
        }

        if (DebugEnabled)
        {
            _haltReasons |= (_demcr & DEMCR_VC_CORERESET) != 0 ? DFSR_VCATCH : 0;
            _haltReasons |= (_dhcsr & DHCSR_C_HALT) != 0 ? DFSR_HALTED : 0;
            if (_haltReasons != 0)
            {
                EnterDebugState();
            }
        }
    }
}
