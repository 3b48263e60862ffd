namespace Nrst.Arm;

/// <summary>The processor behind a debug port: halting debug of ARMv7-M, by the manual's registers.</summary>
/// <remarks>
/// Attaching neither resets nor halts. What it touches in the debug registers it puts back in <see cref="Detach"/>. Works on
/// ARMv6-M and ARMv8-M as well, as far as they share those registers.
/// </remarks>
public sealed partial class CortexMCore(ITargetMemory memory, IWordBatch words, IResetLine reset, IClock clock)
{
    private static readonly TimeSpan StepLimit = TimeSpan.FromMilliseconds(500);

    private readonly TouchedRegisters _touched = new();
    private Dhcsr _before;
    private Dfsr _dfsrBefore;
    private Demcr _demcr;
    private bool _masked;

    public bool IsAttached { get; private set; }

    /// <summary>How long <see cref="Halt"/> waits. A core that waits for its flash to finish an erase halts only afterwards.</summary>
    public TimeSpan HaltLimit { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Which core it is; known once attached.</summary>
    public CoreIdentity Identity { get; private set; }

    /// <summary>Whether the core was halted when we came.</summary>
    public bool WasHalted => _before.HasFlag(Dhcsr.S_HALT);

    /// <summary>Whether it slept when we came (WFI, WFE).</summary>
    public bool WasSleeping => _before.HasFlag(Dhcsr.S_SLEEP);

    /// <summary>
    /// What <see cref="Detach"/> leaves: a halted core, or a running one. Set by <see cref="Attach"/> to what it finds; whoever
    /// wants something else says so here. A core left halted stays under debug control.
    /// </summary>
    public bool LeaveHalted { get; set; }

    /// <summary>Enables debugging. Three exchanges; neither halts nor resets.</summary>
    /// <param name="inReset">The caller holds NRST low; otherwise a chip that stays in reset is an error.</param>
    /// <param name="caught">The core was halted by <see cref="Catch"/> just now: left alone it would be running without a debugger.</param>
    public void Attach(bool inReset = false, bool caught = false)
    {
        Span<uint> reads = stackalloc uint[4];
        words.Run(
            [
                WordAccess.Read(Scs.CPUID), WordAccess.Read(Scs.DHCSR), WordAccess.Read(Scs.DEMCR), WordAccess.Read(Scs.DFSR),
            ], reads);
        Identity = new CoreIdentity(reads[0]);
        if (!Identity.IsCore)
        {
            throw CoreErrors.NoCore(Identity);
        }

        _before = (Dhcsr)reads[1] & ~(caught ? Dhcsr.C_DEBUGEN | Dhcsr.C_HALT | Dhcsr.S_HALT : default);
        _demcr = (Demcr)reads[2];
        _dfsrBefore = (Dfsr)reads[3];
        _masked = _before.HasFlag(Dhcsr.C_MASKINTS);
        _touched.Clear();
        _touched.Add(Scs.DEMCR, reads[2]);
        LeaveHalted = WasHalted;

        WordAccess[] enabling = ((Dhcsr)reads[1]).HasFlag(Dhcsr.C_DEBUGEN) ? [] : [Writing(default)];
        WordAccess[] lookingAgain = !inReset && _before.HasFlag(Dhcsr.S_RESET_ST) ? [WordAccess.Read(Scs.DHCSR)] : []; // reading has cleared it, unless it lasts
        if (enabling.Length + lookingAgain.Length > 0)
        {
            reads[0] = 0;
            words.Run([.. enabling, .. lookingAgain], reads);
        }

        IsAttached = true;
        if (lookingAgain.Length > 0 && ((Dhcsr)reads[0]).HasFlag(Dhcsr.S_RESET_ST))
        {
            RequireOutOfReset();
        }
    }

    /// <summary>Puts back what was touched and lets go, leaving the core as <see cref="LeaveHalted"/> says.</summary>
    public void Detach()
    {
        if (!IsAttached)
        {
            return;
        }

        IsAttached = false;
        var last = new List<WordAccess>(_touched.Restoring());
        if (~_dfsrBefore is var ours && ours != 0)
        {
            last.Add(WordAccess.Write(Scs.DFSR, (uint)(ours & AllCauses)));
        }

        if (LeaveHalted)
        {
            last.Add(Writing(Dhcsr.C_HALT));
        }
        else
        {
            if (_masked)
            {
                last.Add(Writing(Dhcsr.C_HALT)); // the mask may only change while halted
            }

            last.Add(Writing(default));
            if (!_before.HasFlag(Dhcsr.C_DEBUGEN))
            {
                last.Add(WordAccess.Write(Scs.DHCSR, (uint)Dhcsr.DBGKEY));
            }
        }

        _masked = false;
        words.Run(last.ToArray(), []);
    }

    /// <summary>One look, or two where the first shows a reset that may be over.</summary>
    public CoreState ReadState()
    {
        var status = ReadDhcsr();
        if (status.HasFlag(Dhcsr.S_RESET_ST))
        {
            status = ReadDhcsr();
        }

        return StateOf(status);
    }

    private static CoreState StateOf(Dhcsr status) => status switch
    {
        _ when status.HasFlag(Dhcsr.S_RESET_ST) => CoreState.InReset,
        _ when status.HasFlag(Dhcsr.S_HALT) => CoreState.Halted,
        _ when status.HasFlag(Dhcsr.S_LOCKUP) => CoreState.LockedUp,
        _ when status.HasFlag(Dhcsr.S_SLEEP) => CoreState.Sleeping,
        _ => CoreState.Running,
    };

    public void Halt()
    {
        Control(Dhcsr.C_HALT | Mask);
        var status = Poll(HaltLimit, s => s.HasFlag(Dhcsr.S_HALT), out var waited);
        if (!status.HasFlag(Dhcsr.S_HALT))
        {
            throw status.HasFlag(Dhcsr.S_RESET_ST) ? CoreErrors.HeldInReset(status, waited) : CoreErrors.DidNotHalt(status, waited);
        }
    }

    /// <summary>Lets the core run, interrupts included.</summary>
    public void Run()
    {
        if (_masked)
        {
            _masked = false;
            words.Run([Writing(Dhcsr.C_HALT), Writing(default)], []);
        }
        else
        {
            Control(default);
        }
    }

    /// <summary>Runs one instruction with interrupts held back. The core must be halted, and is again afterwards.</summary>
    public void Step()
    {
        Span<uint> looks = stackalloc uint[2];
        words.Run(
            [
                WordAccess.Read(Scs.DHCSR),
                Writing(Dhcsr.C_HALT | Dhcsr.C_MASKINTS),
                Writing(Dhcsr.C_STEP | Dhcsr.C_MASKINTS),
                WordAccess.Read(Scs.DHCSR),
            ], looks);
        _masked = true;
        if (!((Dhcsr)looks[0]).HasFlag(Dhcsr.S_HALT))
        {
            throw CoreErrors.NotHalted("a step", (Dhcsr)looks[0]);
        }

        var status = (Dhcsr)looks[1];
        if (!status.HasFlag(Dhcsr.S_HALT))
        {
            status = Poll(StepLimit, s => s.HasFlag(Dhcsr.S_HALT), out _);
        }

        if (!status.HasFlag(Dhcsr.S_HALT))
        {
            throw CoreErrors.DidNotStep(status);
        }

        _masked = false;
        Control(Dhcsr.C_HALT);
    }

    /// <summary>What the core does and where its program is, twice a moment apart, without halting it, and what the fault status registers hold.</summary>
    /// <returns>No places where this core cannot say, or is not executing; no faults where it is in reset.</returns>
    public (CoreState State, IReadOnlyList<Address> Pcs, FaultReport? Faults) Look()
    {
        List<WordAccess> accesses = [WordAccess.Read(Scs.DHCSR), WordAccess.Read(Scs.DWT_PCSR), .. s_faults, WordAccess.Read(Scs.DWT_PCSR)];
        if (!_demcr.HasFlag(Demcr.TRCENA))
        {
            _demcr |= Demcr.TRCENA;
            accesses.Insert(0, WordAccess.Write(Scs.DEMCR, (uint)_demcr));
        }

        var looks = new uint[3 + s_faults.Length];
        try
        {
            words.Run([.. accesses], looks);
        }
        catch (TargetMemoryException)
        {
            return (ReadState(), [], null); // a core in reset, or one without some of these
        }

        var status = (Dhcsr)looks[0];
        return (
            status.HasFlag(Dhcsr.S_RESET_ST) ? ReadState() : StateOf(status),
            [.. from pc in (uint[])[looks[1], looks[^1]] where pc is not (0 or uint.MaxValue) select new Address(pc)],
            FaultsOf(looks.AsSpan(2)));
    }

    private static readonly WordAccess[] s_faults =
    [
        WordAccess.Read(Scs.CFSR), WordAccess.Read(Scs.HFSR), WordAccess.Read(Scs.DFSR), WordAccess.Read(Scs.BFAR), WordAccess.Read(Scs.MMFAR),
    ];

    private static FaultReport FaultsOf(ReadOnlySpan<uint> reads) =>
        FaultReport.Decode((Cfsr)reads[0], (Hfsr)reads[1], (Dfsr)reads[2], reads[3], reads[4]);

    /// <summary>What the fault status registers hold. They are not cleared.</summary>
    public FaultReport ReadFaults()
    {
        Span<uint> reads = stackalloc uint[5];
        words.Run(s_faults, reads);
        return FaultsOf(reads);
    }

    /// <summary>Writes a debug register (FPB, DWT, DBGMCU …) that <see cref="Detach"/> puts back as it was before the first time.</summary>
    public void WriteRestored(Address register, uint value)
    {
        if (!_touched.Has(register))
        {
            _touched.Add(register, memory.Read32(register));
        }

        memory.Write32(register, value);
    }

    private void RequireOutOfReset()
    {
        var status = Poll(ResetLimit, s => !s.HasFlag(Dhcsr.S_RESET_ST), out var waited);
        if (status.HasFlag(Dhcsr.S_RESET_ST))
        {
            Detach();
            throw CoreErrors.HeldInReset(status, waited);
        }
    }

    private const Dfsr AllCauses = Dfsr.HALTED | Dfsr.BKPT | Dfsr.DWTTRAP | Dfsr.VCATCH | Dfsr.EXTERNAL;

    private Dhcsr Mask => _masked ? Dhcsr.C_MASKINTS : default;

    private Dhcsr ReadDhcsr() => (Dhcsr)memory.Read32(Scs.DHCSR);

    private void Control(Dhcsr bits) => memory.Write32(Scs.DHCSR, (uint)(Dhcsr.DBGKEY | Dhcsr.C_DEBUGEN | bits));

    private static WordAccess Writing(Dhcsr bits) =>
        WordAccess.Write(Scs.DHCSR, (uint)(Dhcsr.DBGKEY | Dhcsr.C_DEBUGEN | bits));

    /// <summary>Looks at DHCSR until it pleases or the time is up; returns the last look.</summary>
    private Dhcsr Poll(TimeSpan limit, Func<Dhcsr, bool> pleases, out TimeSpan waited)
    {
        var start = clock.Now;
        var pause = TimeSpan.FromMilliseconds(0.1);
        while (true)
        {
            var status = ReadDhcsr();
            waited = clock.Now - start;
            if (pleases(status) || waited >= limit)
            {
                return status;
            }

            clock.Wait(pause);
            pause = pause < TimeSpan.FromMilliseconds(10) ? pause * 2 : pause;
        }
    }
}
