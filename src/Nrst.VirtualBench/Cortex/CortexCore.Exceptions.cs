using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Cortex;

// Exception entry and return, faults and their escalation, lock-up.
internal sealed partial class CortexCore
{
    internal const int NMI = 2, HardFault = 3, MemManage = 4, BusFault = 5, UsageFault = 6, SVCall = 11, DebugMonitor = 12, PendSV = 14, SysTick = 15;

    private const int EntryCycles = 12;

    // What LR holds in a handler without the bits for floating point frame, thread and process stack; from which value on it is that.
    private readonly uint _excReturn = traits.HasV8 ? 0xFFFF_FFA0 : 0xFFFF_FFE1;
    private readonly uint _lowestExcReturn = traits.HasV8 ? 0xFF00_0000 : 0xF000_0000;
    private readonly Nvic _nvic = new(traits.PriorityMask);

    /// <summary>An external interrupt line. It pends on a rising edge, and again on return while it is still high.</summary>
    public void SetInterrupt(int number, bool level)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)number, (uint)InterruptLines);
        var exception = 16 + number;
        if (level && !Nvic.Get(_nvic.Level, exception))
        {
            Pend(exception);
        }

        Nvic.Set(_nvic.Level, exception, level);
    }

    /// <summary>The NMI input; rising edge.</summary>
    public void PendNmi() => Pend(NMI);

    private void Pend(int exception)
    {
        if (!Nvic.Get(_nvic.Pending, exception) && (_scr & SCR_SEVONPEND) != 0)
        {
            _event = true;
        }

        Nvic.Set(_nvic.Pending, exception, true);
        _attention = true;
    }

    private int ExecutionPriority
    {
        get
        {
            var priority = _nvic.ActivePriority();
            if (_basepri != 0)
            {
                priority = Math.Min(priority, _nvic.Group(_basepri));
            }

            priority = _primask ? Math.Min(priority, 0) : priority;
            return _faultmask ? Math.Min(priority, -1) : priority;
        }
    }

    private bool InterruptsMaskedByDebugger => (_dhcsr & (DHCSR_C_MASKINTS | DHCSR_C_DEBUGEN)) == (DHCSR_C_MASKINTS | DHCSR_C_DEBUGEN);

    private int Urgent()
    {
        var number = _nvic.MostUrgent();
        return number is >= 14 && InterruptsMaskedByDebugger ? 0 : number;
    }

    private bool SomethingWakesUp()
    {
        if (_sleepingForEvent && _event)
        {
            _event = false;
            return true;
        }

        var number = Urgent();
        if (number == 0)
        {
            return false;
        }

        // PRIMASK keeps the handler from running, not the core from waking.
        var primask = _primask;
        _primask = false;
        var wakes = _nvic.GroupPriority(number) < ExecutionPriority;
        _primask = primask;
        return wakes;
    }

    private bool EnterPendingException()
    {
        var number = Urgent();
        if (number == 0 || _nvic.GroupPriority(number) >= ExecutionPriority || (_lockedUp && number != NMI))
        {
            return false;
        }

        _lockedUp = false;
        EnterException(number, _pc);
        return true;
    }

    private void EnterException(int number, uint returnAddress)
    {
        var began = _now;
        var stacking = Stack(returnAddress, out var overflowed);
        Nvic.Set(_nvic.Pending, number, false);
        Nvic.Set(_nvic.Active, number, true);
        _r[Lr] = _excReturn | (_ipsr == 0 ? 8u : 0) | (_onPsp ? 4u : 0) | ((_control & CONTROL_FPCA) == 0 ? 16u : 0);
        _ipsr = (uint)number;
        _control &= ~(CONTROL_FPCA | CONTROL_SPSEL);
        SelectStack();
        (_it, _exclusive, _event) = (0, NothingFetched, true);
        _fetchedAt = NothingFetched;
        _cycles = 0;
        Spend(EntryCycles);
        if (stacking != BusStatus.Ok)
        {
            _cfsr |= overflowed ? CFSR_STKOF : CFSR_STKERR;
            LastFaultText = overflowed ? $"Stacking for exception {number} would go below the stack's limit" : $"Stacking for exception {number} failed";
            PendDerived(overflowed ? UsageFault : BusFault, number);
        }

        if (ReadVector(number, out var vector))
        {
            _pc = vector & ~1u;
            _thumb = (vector & 1) != 0;
        }
        else if (ExecutionPriority < 0)
        {
            LockUp($"Reading the vector of exception {number} failed");
        }
        else
        {
            _hfsr |= HFSR_VECTTBL;
            LastFaultText = $"Reading the vector of exception {number} failed";
            Nvic.Set(_nvic.Active, number, false);
            EnterException(HardFault, 0xFFFF_FFFE);
        }

        _next = _pc;
        CatchVector(number);
        BusyNanoseconds += _now - began;
        _attention = true;
    }

    private void PendDerived(int fault, int entering)
    {
        if ((_shcsr & EnableBit(fault)) != 0 && _nvic.GroupPriority(fault) < _nvic.GroupPriority(entering))
        {
            Pend(fault);
        }
        else if (entering is not HardFault and not NMI)
        {
            _hfsr |= HFSR_FORCED;
            Pend(HardFault);
        }
    }

    private BusStatus Stack(uint returnAddress, out bool overflowed)
    {
        var extended = (_control & CONTROL_FPCA) != 0;
        var size = extended ? 0x68u : 0x20u;
        var align = (_ccr & CCR_STKALIGN) != 0 || extended;
        var pad = align && (_r[Sp] & 4) != 0;
        var frame = (_r[Sp] - size) & (align ? ~7u : ~3u);
        var xpsr = XPSR & ~(1u << 9) | (pad ? 1u << 9 : 0);
        ReadOnlySpan<uint> words = [_r[0], _r[1], _r[2], _r[3], _r[12], _r[Lr], returnAddress, xpsr];
        overflowed = frame < _stackLimit || frame > _r[Sp] && _stackLimit != 0;
        _r[Sp] = overflowed ? _stackLimit : frame;
        if (overflowed)
        {
            return BusStatus.Error;
        }

        var status = BusStatus.Ok;
        for (var i = 0; i < words.Length; i++)
        {
            status |= TryStore(frame + (uint)i * 4, 4, words[i]);
        }

        if (extended)
        {
            for (var i = 0; i < 16; i++)
            {
                status |= TryStore(frame + 0x20 + (uint)i * 4, 4, _s[i]);
            }

            status |= TryStore(frame + 0x60, 4, _fpscr);
        }

        return status;
    }

    private bool ReadVector(int number, out uint vector) =>
        bus.Read(_vtor + (uint)number * 4, 4, out vector, BusMaster.CoreData, ref _now) == BusStatus.Ok;

    private void ReturnFromException(uint excReturn)
    {
        var number = (int)_ipsr;
        var toThread = (excReturn & 8) != 0;
        var psp = (excReturn & 4) != 0;
        var nested = _nvic.AnyActiveBut(number);
        var known = (excReturn | 0xF000_001C) == (_excReturn | 0xF000_001C) && (excReturn & 12) != 4;
        if (!known || !Nvic.Get(_nvic.Active, number) || toThread == nested && (toThread ? (_ccr & CCR_NONBASETHRDENA) == 0 : true))
        {
            Nvic.Set(_nvic.Active, number, false);
            _r[Lr] = excReturn;
            throw new CoreFaultException(UsageFault, CFSR_INVPC) { Text = $"Illegal exception return 0x{excReturn:X8}" };
        }

        Nvic.Set(_nvic.Active, number, false);
        if (number != NMI)
        {
            _faultmask = false;
        }

        if (number >= 16 && Nvic.Get(_nvic.Level, number))
        {
            Nvic.Set(_nvic.Pending, number, true);
        }

        _ipsr = toThread ? 0 : 1u; // any handler: the number comes with the frame
        _control = psp ? _control | CONTROL_SPSEL : _control & ~CONTROL_SPSEL;
        SelectStack();
        Unstack((excReturn & 16) == 0, toThread);
        _exclusive = NothingFetched;
        _event = true;
        _attention = true;
        _cycles += 10;
        if (toThread && (_scr & SCR_SLEEPONEXIT) != 0)
        {
            (_sleeping, _sleepingForEvent) = (true, false);
        }
    }

    private void Unstack(bool extended, bool toThread)
    {
        var frame = _r[Sp];
        Span<uint> words = stackalloc uint[8];
        var status = BusStatus.Ok;
        for (var i = 0; i < words.Length; i++)
        {
            status |= TryLoad(frame + (uint)i * 4, 4, out words[i]);
        }

        if (extended)
        {
            for (var i = 0; i < 16; i++)
            {
                status |= TryLoad(frame + 0x20 + (uint)i * 4, 4, out _s[i]);
            }

            status |= TryLoad(frame + 0x60, 4, out _fpscr);
        }

        if (status != BusStatus.Ok)
        {
            throw new CoreFaultException(BusFault, CFSR_UNSTKERR) { Text = $"Unstacking from 0x{frame:X8} failed" };
        }

        var xpsr = words[7];
        var size = extended ? 0x68u : 0x20u;
        _r[Sp] = frame + size | (((_ccr & CCR_STKALIGN) != 0 || extended) && (xpsr & 1u << 9) != 0 ? 4u : 0);
        (_r[0], _r[1], _r[2], _r[3], _r[12], _r[Lr]) = (words[0], words[1], words[2], words[3], words[4], words[5]);
        _next = words[6] & ~1u;
        _fetchedAt = NothingFetched;
        XPSR = xpsr & ~0x1FFu | (toThread ? 0 : xpsr & 0x1FF);
        _control = extended ? _control | CONTROL_FPCA : _control & ~CONTROL_FPCA;
        if (!toThread && _ipsr == 0)
        {
            throw new CoreFaultException(UsageFault, CFSR_INVPC) { Text = "Return to a handler with a thread's frame" };
        }
    }

    private static uint EnableBit(int fault) => fault switch
    {
        MemManage => SHCSR_MEMFAULTENA,
        BusFault => SHCSR_BUSFAULTENA,
        _ => SHCSR_USGFAULTENA,
    };

    private void TakeFault(CoreFaultException fault)
    {
        LastFaultText = fault.Text;
        _cfsr |= fault.Status;
        if (fault.Status == CFSR_UNDEFINSTR)
        {
            ForgetContext();
        }

        if (fault.Address is { } address)
        {
            if (fault.Number == BusFault)
            {
                (_bfar, _cfsr) = (address, _cfsr | CFSR_BFARVALID);
            }
            else
            {
                (_mmfar, _cfsr) = (address, _cfsr | CFSR_MMARVALID);
            }
        }

        TakeSynchronous(fault.Number, (_shcsr & EnableBit(fault.Number)) != 0, HFSR_FORCED, fault.Text ?? "Fault");
    }

    /// <summary>Takes an exception the current instruction caused, or HardFault in its place, or locks up.</summary>
    private void TakeSynchronous(int number, bool enabled, uint escalation, string reason)
    {
        var priority = ExecutionPriority;
        if (number != HardFault && enabled && _nvic.GroupPriority(number) < priority)
        {
            EnterException(number, _pc);
        }
        else if (priority > -1)
        {
            _hfsr |= escalation;
            EnterException(HardFault, _pc);
        }
        else
        {
            LockUp(reason);
        }
    }

    private void LockUp(string reason)
    {
        LastFaultText = "Lock-up: " + reason;
        _pc = _next = 0xFFFF_FFFE;
        _lockedUp = true;
        _attention = true;
    }

    private void SupervisorCall()
    {
        Spend(_cycles);
        if (_nvic.GroupPriority(SVCall) < ExecutionPriority)
        {
            EnterException(SVCall, _next);
        }
        else
        {
            TakeSynchronous(SVCall, enabled: false, HFSR_FORCED, $"SVC at 0x{_pc:X8} at a priority that does not allow it");
        }

        _next = _pc;
    }
}
