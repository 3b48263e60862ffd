namespace Nrst.VirtualBench.Cortex;

// NVIC, SysTick, and the system control block's registers with side effects.
internal sealed partial class CortexCore
{
    private readonly SysTickTimer _sysTick = new();
    private long _sysTickDue = long.MaxValue; // ns

    private long NowPicoseconds => _now * 1000 + _picoseconds;

    private uint ReadNvic(uint register)
    {
        var word = (int)(register >> 2 & 31);
        return (register & 0xF80) switch
        {
            _ when register >= 0xE000_E400 => Priorities((int)(register - 0xE000_E400) + 16),
            0x100 or 0x180 => External(_nvic.Enabled, word),
            0x200 or 0x280 => External(_nvic.Pending, word),
            0x300 => External(_nvic.Active, word),
            _ => 0,
        };
    }

    private void WriteNvic(uint register, uint value)
    {
        if (register >= 0xE000_E400)
        {
            SetPriorities((int)(register - 0xE000_E400) + 16, value);
            return;
        }

        var first = (int)(register >> 2 & 31) * 32;
        for (var line = first; value != 0 && line < InterruptLines; value >>= 1, line++)
        {
            if ((value & 1) == 0)
            {
                continue;
            }

            var exception = 16 + line;
            switch (register & 0xF80)
            {
                case 0x100:
                    Nvic.Set(_nvic.Enabled, exception, true);
                    break;
                case 0x180:
                    Nvic.Set(_nvic.Enabled, exception, false);
                    break;
                case 0x200:
                    Pend(exception);
                    break;
                case 0x280:
                    // A line that is still high pends again at once.
                    Nvic.Set(_nvic.Pending, exception, Nvic.Get(_nvic.Level, exception) && !Nvic.Get(_nvic.Active, exception));
                    break;
            }
        }

        _attention = true;
    }

    // The sixteen system exceptions come first in the bit arrays; interrupt words are shifted by half a word.
    private uint External(uint[] bits, int word) =>
        word * 32 >= InterruptLines ? 0 : bits[word] >> 16 | (word + 1 < bits.Length ? bits[word + 1] << 16 : 0);

    private uint Priorities(int first)
    {
        uint value = 0;
        for (var i = 0; i < 4; i++)
        {
            value |= (uint)_nvic.GetPriority((first + i) & 255) << i * 8;
        }

        return value;
    }

    private void SetPriorities(int first, uint value)
    {
        for (var i = 0; i < 4; i++)
        {
            var number = first + i;
            if (number < 16 + InterruptLines && number is not (7 or 8 or 9 or 10 or 13) && (traits.HasFaultRegisters || number is 11 or >= 14))
            {
                _nvic.SetPriority(number, (byte)(value >> i * 8));
            }
        }

        _attention = true;
    }

    private uint Icsr()
    {
        var pending = (uint)_nvic.MostUrgent();
        var external = false;
        for (var line = 0; line < InterruptLines; line++)
        {
            external |= Nvic.Get(_nvic.Pending, 16 + line);
        }

        return _ipsr | (_ipsr != 0 && !_nvic.AnyActiveBut((int)_ipsr) ? 1u << 11 : 0) | pending << 12 | (external ? 1u << 22 : 0)
            | (Nvic.Get(_nvic.Pending, SysTick) ? 1u << 26 : 0) | (Nvic.Get(_nvic.Pending, PendSV) ? 1u << 28 : 0)
            | (Nvic.Get(_nvic.Pending, NMI) ? 1u << 31 : 0);
    }

    private void WriteIcsr(uint value)
    {
        if ((value & 1u << 31) != 0)
        {
            Pend(NMI);
        }

        PendOrClear(PendSV, value >> 27);
        PendOrClear(SysTick, value >> 25);
    }

    private void PendOrClear(int exception, uint bits)
    {
        if ((bits & 2) != 0)
        {
            Pend(exception);
        }
        else if ((bits & 1) != 0)
        {
            Nvic.Set(_nvic.Pending, exception, false);
        }
    }

    private void WriteAircr(uint value)
    {
        if (value >> 16 != 0x05FA)
        {
            return;
        }

        _nvic.Grouping = traits.HasBasepri ? (int)(value >> 8 & 7) : 0;
        _attention = true;
        if ((value & 4) != 0)
        {
            signals.SystemResetRequested(_now);
            return;
        }

        if (_halted && (value & 2) != 0)
        {
            Array.Clear(_nvic.Active);
            _ipsr = 0;
            SelectStack();
        }

        if (_halted && traits.HasVectReset && (value & 1) != 0)
        {
            SystemReset(_now);
        }
    }

    private static readonly (int Bit, int Exception)[] ActiveBits =
        [(0, MemManage), (1, BusFault), (3, UsageFault), (7, SVCall), (8, DebugMonitor), (10, PendSV), (11, SysTick)];

    private static readonly (int Bit, int Exception)[] PendingBits = [(12, UsageFault), (13, MemManage), (14, BusFault), (15, SVCall)];

    private uint Shcsr()
    {
        var value = _shcsr;
        foreach (var (bit, exception) in ActiveBits)
        {
            value |= Nvic.Get(_nvic.Active, exception) ? 1u << bit : 0;
        }

        foreach (var (bit, exception) in PendingBits)
        {
            value |= Nvic.Get(_nvic.Pending, exception) ? 1u << bit : 0;
        }

        return value;
    }

    private void WriteShcsr(uint value)
    {
        _shcsr = value & (SHCSR_MEMFAULTENA | SHCSR_BUSFAULTENA | SHCSR_USGFAULTENA);
        Nvic.Set(_nvic.Enabled, MemManage, (value & SHCSR_MEMFAULTENA) != 0);
        Nvic.Set(_nvic.Enabled, BusFault, (value & SHCSR_BUSFAULTENA) != 0);
        Nvic.Set(_nvic.Enabled, UsageFault, (value & SHCSR_USGFAULTENA) != 0);
        foreach (var (bit, exception) in ActiveBits)
        {
            Nvic.Set(_nvic.Active, exception, (value >> bit & 1) != 0);
        }

        foreach (var (bit, exception) in PendingBits)
        {
            Nvic.Set(_nvic.Pending, exception, (value >> bit & 1) != 0);
        }

        _attention = true;
    }

    private void WriteSysTick(uint register, uint value)
    {
        FreezeCounters();
        switch (register)
        {
            case 0xE000_E010:
                _sysTick.WriteControl(value);
                break;
            case 0xE000_E014:
                _sysTick.WriteReload(value);
                break;
            default:
                _sysTick.ClearValue();
                break;
        }

        ThawCounters();
    }

    private void SysTickReachesZero()
    {
        _sysTick.ReachZero(_sysTick.NextZero(_cyclePicoseconds) ?? NowPicoseconds);
        if (_sysTick.InterruptEnabled)
        {
            Pend(SysTick);
        }

        PlanSysTick();
    }

    private void PlanSysTick()
    {
        _sysTickDue = _sysTick.NextZero(_cyclePicoseconds) is { } zero ? (zero + 999) / 1000 : long.MaxValue;
        RefreshLimit();
    }

    /// <summary>SysTick and CYCCNT keep their value: what they are computed from is about to change.</summary>
    private void FreezeCounters()
    {
        _sysTick.Freeze(NowPicoseconds, _cyclePicoseconds);
        _dwt.SetCycles(CycleCount);
        _countedFrom = NowPicoseconds;
    }

    private void ThawCounters()
    {
        if (!_halted && !_held)
        {
            _sysTick.Thaw(NowPicoseconds);
        }

        _countedFrom = NowPicoseconds;
        PlanSysTick();
    }
}
