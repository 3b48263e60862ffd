namespace Nrst.Arm.Tests;

/// <summary>The debug registers of one Cortex-M, written from the ARMv7-M manual. It notes what the manual forbids.</summary>
internal sealed class FakeCore(FakeClock clock) : ITargetMemory, IWordBatch, IResetLine
{
    private const uint Cpuid = 0xE000ED00, Airc = 0xE000ED0C, Dfs = 0xE000ED30, Dhcs = 0xE000EDF0, Dcrs = 0xE000EDF4;
    private const uint Dcrd = 0xE000EDF8, Demc = 0xE000EDFC, FpCtrl = 0xE0002000;

    private readonly Dictionary<uint, uint> _plain = [];
    private uint _control; // the low half of DHCSR
    private bool _resetSeen;
    private bool _pinLow;
    private TimeSpan _pinLowSince;
    private TimeSpan _resetUntil;
    private uint _dcrdr;
    private int _regNotReady;

    public uint CpuidValue { get; set; } = 0x410FC241;
    public Dictionary<uint, uint> Registers { get; } = [];
    public List<string> Forbidden { get; } = [];
    public List<uint> DhcsrWrites { get; } = [];
    public bool Halted { get; private set; }
    public bool Sleeping { get; set; }
    public bool LockedUp { get; set; }
    public uint Demcr { get; set; }
    public uint Dfsr { get; set; }
    public int Resets { get; private set; }
    public int PinPulls { get; private set; }

    /// <summary>How long the pin was low the last time.</summary>
    public TimeSpan PinLowFor { get; private set; }

    public int Exchanges { get; private set; }

    public bool IgnoresHalt { get; set; }
    public bool IgnoresResetRequest { get; set; }
    public bool IgnoresVectorCatch { get; set; }
    public bool PinIsNotWired { get; set; }
    public bool SomebodyHoldsNrst { get; set; }
    public bool FaultsWhileInReset { get; set; }
    public bool NeverFinishesSteps { get; set; }

    /// <summary>The access that fails has arrived all the same.</summary>
    public bool ResetsBeforeFault { get; set; }

    /// <summary>An access to this register fails, after so many that did not.</summary>
    public (uint Address, int After)? FaultsAt { get; set; }

    /// <summary>How many looks at DHCSR a register transfer takes.</summary>
    public int SlowRegisters { get; set; }

    /// <summary>How long a reset lasts after its cause is gone.</summary>
    public TimeSpan ResetTime { get; set; } = TimeSpan.FromMicroseconds(20);

    public bool Debugging => (_control & 1) != 0;
    public bool Masked => (_control & 8) != 0;
    public bool Runs => !Halted && !InReset;
    private bool InReset => _pinLow || SomebodyHoldsNrst || clock.Now < _resetUntil;

    public uint this[uint address]
    {
        get => _plain.GetValueOrDefault(address);
        set => _plain[address] = value;
    }

    /// <summary>As if another debugger had been here before.</summary>
    public void HaltBefore()
    {
        _control = 3;
        Halted = true;
    }

    /// <summary>The program meets BKPT.</summary>
    public void MeetBreakpoint()
    {
        Dfsr |= 2;
        Halted = Debugging;
    }

    public uint Read32(Address address)
    {
        Exchanges++;
        return Access(address.Value, null);
    }

    public void Write32(Address address, uint value)
    {
        Exchanges++;
        Access(address.Value, value);
    }

    public void Read(Address address, Span<byte> into) => throw new NotSupportedException();

    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size) => throw new NotSupportedException();

    public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        Exchanges += accesses.Length > 2 ? 2 : accesses.Length;
        var read = 0;
        foreach (var access in accesses)
        {
            var value = Access(access.Address.Value, access.Written);
            if (access.Written is null)
            {
                reads[read++] = value;
            }
        }
    }

    public void Assert()
    {
        PinPulls++;
        _pinLowSince = clock.Now;
        if (!PinIsNotWired && !_pinLow)
        {
            _pinLow = true;
            EnterReset();
        }
    }

    public void Release()
    {
        PinLowFor = clock.Now - _pinLowSince;
        if (_pinLow)
        {
            _pinLow = false;
            LeaveReset();
        }
    }

    private uint Access(uint address, uint? written)
    {
        if (FaultsWhileInReset && InReset)
        {
            throw new TargetMemoryException("NRST3005", new Address(address), "in reset");
        }

        if (FaultsAt is { } fault && fault.Address == address)
        {
            FaultsAt = fault.After == 0 ? null : fault with { After = fault.After - 1 };
            if (fault.After == 0)
            {
                if (ResetsBeforeFault && written is { } request)
                {
                    Write(address, request);
                }

                throw new TargetMemoryException("NRST3005", new Address(address), "no answer");
            }
        }

        if (written is { } value)
        {
            Write(address, value);
            return 0;
        }

        return address switch
        {
            Cpuid => CpuidValue,
            Airc => 0xFA050000,
            Dfs => Dfsr,
            Dhcs => ReadDhcsr(),
            Dcrd => _dcrdr,
            Demc => Demcr,
            _ => this[address],
        };
    }

    private void Write(uint address, uint value)
    {
        switch (address)
        {
            case Dhcs: WriteDhcsr(value); break;
            case Dcrd: _dcrdr = value; break;
            case Dcrs: Transfer(value); break;
            case Demc: Demcr = value; break;
            case Dfs: Dfsr &= ~value; break;
            case Airc: WriteAircr(value); break;
            case FpCtrl when (value & 2) == 0: break; // the key is missing
            case FpCtrl: this[address] = value & ~2u; break;
            default: this[address] = value; break;
        }
    }

    private uint ReadDhcsr()
    {
        var ready = _regNotReady == 0;
        _regNotReady = Math.Max(0, _regNotReady - 1);
        var value = _control & 0xF
            | (ready ? 1u << 16 : 0) | (Halted ? 1u << 17 : 0) | (Sleeping && !Halted ? 1u << 18 : 0)
            | (LockedUp && !Halted ? 1u << 19 : 0) | (_resetSeen || InReset ? 1u << 25 : 0);
        _resetSeen = false;
        return value;
    }

    private void WriteDhcsr(uint value)
    {
        if (value >> 16 != 0xA05F)
        {
            Forbidden.Add($"DHCSR = {value:X8} without the key");
            return;
        }

        DhcsrWrites.Add(value & 0xFFFF);
        if (((value ^ _control) & 8) != 0 && !(Halted && (value & 2) != 0) && (value & 1) != 0)
        {
            Forbidden.Add("C_MASKINTS changed without C_HALT");
        }

        if ((value & 4) != 0 && !Halted)
        {
            Forbidden.Add("C_STEP while running");
        }

        var wasHalted = Halted;
        _control = value & 0xF;
        if ((value & 1) == 0)
        {
            _control = 0;
            Halted = false;
        }
        else if ((value & 2) != 0)
        {
            if (!InReset && !IgnoresHalt && !Halted)
            {
                (Halted, Dfsr) = (true, Dfsr | 1);
            }
        }
        else if ((value & 4) != 0 && wasHalted && !NeverFinishesSteps)
        {
            Registers[15] = Registers.GetValueOrDefault(15u) + 2;
            Dfsr |= 1;
            _control |= 2;
        }
        else
        {
            Halted = false;
        }
    }

    private void Transfer(uint selector)
    {
        if (!Halted)
        {
            Forbidden.Add("DCRSR while running");
            return;
        }

        _regNotReady = SlowRegisters;
        if ((selector & 1 << 16) != 0)
        {
            Registers[selector & 0x7F] = _dcrdr;
        }
        else
        {
            _dcrdr = Registers.GetValueOrDefault(selector & 0x7F);
        }
    }

    private void WriteAircr(uint value)
    {
        if (value >> 16 != 0x05FA || IgnoresResetRequest)
        {
            return;
        }

        if ((value & 1) != 0 && !Halted)
        {
            Forbidden.Add("VECTRESET while running");
        }

        if ((value & 5) != 0)
        {
            EnterReset();
            LeaveReset();
        }
    }

    private void EnterReset()
    {
        Resets++;
        _resetSeen = true;
        (Halted, LockedUp, Sleeping) = (false, false, false);
        _control &= ~2u & ~4u;
    }

    private void LeaveReset()
    {
        _resetUntil = clock.Now + ResetTime;
        if (Debugging && (Demcr & 1) != 0 && !IgnoresVectorCatch && !SomebodyHoldsNrst)
        {
            (Halted, Dfsr) = (true, Dfsr | 8);
            _control |= 2;
        }
    }
}

internal sealed class FakeClock : IClock
{
    public TimeSpan Now { get; private set; }

    public void Wait(TimeSpan time) => Now += time;
}
