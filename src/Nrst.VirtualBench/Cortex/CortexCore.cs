using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Cortex;

/// <summary>A Cortex-M core: executes Thumb code over a bus, in virtual time, and answers a debugger on its private peripheral bus.</summary>
/// <remarks>
/// Written from the ARMv6-M, ARMv7-M and ARMv8-M architecture reference manuals and the cores' technical reference manuals. Which core
/// it is, its traits say.
/// </remarks>
internal sealed partial class CortexCore(CoreTraits traits, IBus bus, ICoreSignals signals)
{
    private const int Sp = 13;
    private const int Lr = 14;
    private const int Pc = 15;

    private readonly uint[] _r = new uint[16];
    private uint _bankedSp;
    private bool _onPsp;
    private uint _msplim, _psplim, _stackLimit;

    private bool _n, _z, _c, _v, _q, _thumb;
    private uint _ge;
    private uint _it, _itAtStart;
    private bool _inIt;
    private uint _ipsr, _control;
    private bool _primask, _faultmask;
    private uint _basepri;

    private uint _pc, _next;
    private int _cycles;

    private long _now, _picoseconds, _cyclePicoseconds = 62_500;
    private long _sliceEnd = long.MaxValue, _target, _limit;

    // Something besides plain execution needs a look before the next instruction.
    private bool _attention = true;
    private bool _held, _lockedUp, _sleeping, _sleepingForEvent, _event;

    /// <summary>Core-local time in nanoseconds.</summary>
    public long Now => _now;

    /// <summary>What VTOR is after a reset: 0, unless the chip drives these wires of the core (Cortex-M7, M33).</summary>
    public uint VectorsAtReset { get; set; }

    /// <summary>One HCLK cycle in picoseconds; may change at any time.</summary>
    public long CyclePicoseconds
    {
        get => _cyclePicoseconds;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            if (value == _cyclePicoseconds)
            {
                return;
            }

            FreezeCounters();
            _cyclePicoseconds = value;
            ThawCounters();
        }
    }

    /// <summary>Where <see cref="RunUntil"/> stops at the latest; a device that has something to do earlier lowers it, even from within an access.</summary>
    public long SliceEnd
    {
        get => _sliceEnd;
        set
        {
            _sliceEnd = value;
            RefreshLimit();
        }
    }

    /// <summary>Nanoseconds spent executing, neither halted nor asleep.</summary>
    public long BusyNanoseconds { get; private set; }

    public long InstructionsExecuted { get; private set; }

    /// <summary>The last opcode refused or the last reason for a lock-up, in words; null while there was none.</summary>
    public string? LastFaultText { get; private set; }

    /// <summary>Number of external interrupt lines.</summary>
    public int InterruptLines { get; } = traits.InterruptLines;

    public CoreTraits Traits => traits;

    public bool Halted => _halted;

    public bool LockedUp => _lockedUp;

    public bool Sleeping => _sleeping;

    /// <summary>Asleep with SCR.SLEEPDEEP: the chip may take the clock away.</summary>
    public bool SleepsDeeply => _sleeping && (_scr & 4) != 0 && !_halted;

    /// <summary>The chip does not let a debugger stop this core: it only ever executes secure code.</summary>
    public bool IsClosedToDebugger { get; set; }

    /// <summary>A rising edge at the event input, which a WFE waits for.</summary>
    public void SignalEvent() => (_event, _attention) = (true, true);

    /// <summary>Executes, or lets time pass while the core does not execute, until <paramref name="now"/> or <see cref="SliceEnd"/>.</summary>
    public void RunUntil(long now)
    {
        _target = now;
        RefreshLimit();
        while (true)
        {
            if (_now >= _limit)
            {
                if (_now < _sysTickDue)
                {
                    return;
                }

                SysTickReachesZero();
                continue;
            }

            if (_attention && !Attend())
            {
                _now = Math.Max(_now, _limit);
                _picoseconds = 0;
                continue;
            }

            if (_now < _limit)
            {
                Execute();
            }
        }
    }

    /// <summary>Time passes as if the core went round and round where it is; what cannot wait is done as in <see cref="RunUntil"/>.</summary>
    public void LoiterUntil(long now)
    {
        if (_attention || _sysTickDue < now)
        {
            RunUntil(Math.Min(now, _now + 1000));
        }

        if (!_attention && _sysTickDue >= now && now > _now)
        {
            BusyNanoseconds += now - _now;
            (_now, _picoseconds) = (now, 0);
        }
    }

    private void RefreshLimit() => _limit = Math.Min(Math.Min(_target, _sliceEnd), _sysTickDue);

    private void Execute()
    {
        var began = _now;
        try
        {
            do
            {
                Step();
            }
            while (_now < _limit && !_attention);
        }
        catch (CoreFaultException fault)
        {
            _it = _itAtStart;
            Spend(1);
            TakeFault(fault);
        }

        BusyNanoseconds += _now - began;
        AfterInstruction();
    }

    private void Step()
    {
        var pc = _pc;
        var it = _it;
        _itAtStart = it;
        _inIt = it != 0;
        _cycles = 1;
        if (!_thumb)
        {
            throw new CoreFaultException(UsageFault, CFSR_INVSTATE) { Text = $"Execution at 0x{pc:X8} with EPSR.T = 0" };
        }

        var halfword = Fetch(pc);
        _r[Pc] = pc + 4;
        if (it != 0)
        {
            _it = (it & 7) == 0 ? 0 : (it & 0xE0) | (it << 1 & 0x1F);
        }

        if (halfword >= 0xE800)
        {
            var second = Fetch(pc + 2);
            _next = pc + 4;
            if (it == 0 || Condition(it >> 4))
            {
                Execute32(halfword, second);
            }
        }
        else
        {
            _next = pc + 2;
            if (it == 0 || halfword >> 8 == 0xBE || Condition(it >> 4))
            {
                Execute16(halfword);
            }
        }

        _pc = _next;
        InstructionsExecuted++;
        Spend(_cycles);
    }

    private void Spend(int cycles)
    {
        _picoseconds += cycles * _cyclePicoseconds;
        if (_picoseconds >= 1000)
        {
            var whole = (long)((ulong)_picoseconds / 1000);
            _now += whole;
            _picoseconds -= whole * 1000;
        }
    }

    /// <summary>Looks at everything that is not plain execution; false if no instruction is to be executed now.</summary>
    private bool Attend()
    {
        if (_held || _halted)
        {
            return false;
        }

        if (_haltReasons != 0)
        {
            EnterDebugState();
            return false;
        }

        if (_sleeping)
        {
            if (!SomethingWakesUp())
            {
                return false;
            }

            _sleeping = false;
        }

        var entered = EnterPendingException();
        if (entered && (_haltReasons != 0 || _stepping))
        {
            _haltReasons |= _stepping ? DFSR_HALTED : 0;
            EnterDebugState();
            return false;
        }

        if (_lockedUp)
        {
            return false;
        }

        if (_watchFetches && FetchIsBroken())
        {
            return !_halted;
        }

        _attention = entered || _watchFetches || _stepping || _haltReasons != 0;
        return true;
    }
}
