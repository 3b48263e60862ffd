namespace Nrst.Arm;

/// <summary>Core registers, handed over one at a time through DCRSR and DCRDR.</summary>
public sealed partial class CortexMCore
{
    private const uint Thumb = 1u << 24;

    private static readonly TimeSpan RegisterLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>The core must be halted.</summary>
    public uint ReadRegister(CoreRegister register)
    {
        Span<uint> value = stackalloc uint[1];
        ReadRegisters([register], value);
        return value[0];
    }

    /// <summary>Reads registers in one batch. The core must be halted.</summary>
    public void ReadRegisters(ReadOnlySpan<CoreRegister> registers, Span<uint> values)
    {
        var accesses = new List<WordAccess>(3 * registers.Length);
        foreach (var register in registers)
        {
            accesses.Add(WordAccess.Write(Scs.DCRSR, (uint)register));
            accesses.Add(WordAccess.Read(Scs.DHCSR));
            accesses.Add(WordAccess.Read(Scs.DCRDR));
        }

        var reads = new uint[2 * registers.Length];
        words.Run(accesses.ToArray(), reads);
        for (var i = 0; i < registers.Length; i++)
        {
            RequireHalted((Dhcsr)reads[2 * i], "reading a register");
            values[i] = ((Dhcsr)reads[2 * i]).HasFlag(Dhcsr.S_REGRDY) ? reads[2 * i + 1] : ReadSlowly(registers[i]);
        }
    }

    /// <summary>Writes registers in one batch. The core must be halted.</summary>
    public void WriteRegisters(ReadOnlySpan<(CoreRegister Register, uint Value)> values)
    {
        var accesses = new List<WordAccess>();
        AddWrites(accesses, values);

        var looks = new uint[values.Length];
        words.Run(accesses.ToArray(), looks);
        for (var i = 0; i < values.Length; i++)
        {
            RequireHalted((Dhcsr)looks[i], "writing a register");
            if (!((Dhcsr)looks[i]).HasFlag(Dhcsr.S_REGRDY))
            {
                WriteSlowly(values[i].Register, values[i].Value);
            }
        }
    }

    /// <summary>Writes registers and lets the core run, in one batch. The core must be halted.</summary>
    /// <param name="maskInterrupts">Hold interrupts back until <see cref="Run"/>, a reset or <see cref="Detach"/>.</param>
    public void Launch(ReadOnlySpan<(CoreRegister Register, uint Value)> values, bool maskInterrupts)
    {
        var accesses = new List<WordAccess>();
        var hasXpsr = false;
        foreach (var (register, value) in values)
        {
            hasXpsr |= register == CoreRegister.XPSR;
            var settled = register switch
            {
                CoreRegister.XPSR => value | Thumb, // without T the first instruction faults
                CoreRegister.PC => value & ~1u,
                _ => value,
            };
            AddWrites(accesses, [(register, settled)]);
        }

        if (!hasXpsr)
        {
            AddWrites(accesses, [(CoreRegister.XPSR, Thumb)]);
        }

        // The mask may not change in the write that lets the core go.
        var mask = maskInterrupts ? Dhcsr.C_MASKINTS : default;
        if (mask != Mask)
        {
            accesses.Add(Writing(Dhcsr.C_HALT | mask));
        }

        accesses.Add(Writing(mask));
        _masked = maskInterrupts;

        var looks = new uint[values.Length + (hasXpsr ? 0 : 1)];
        words.Run(accesses.ToArray(), looks);
        foreach (var look in looks)
        {
            RequireHalted((Dhcsr)look, "starting a program");
            if (!((Dhcsr)look).HasFlag(Dhcsr.S_REGRDY))
            {
                throw CoreErrors.RegisterNotReady("a register", (Dhcsr)look);
            }
        }
    }

    private static void AddWrites(List<WordAccess> accesses, ReadOnlySpan<(CoreRegister Register, uint Value)> values)
    {
        foreach (var (register, value) in values)
        {
            accesses.Add(WordAccess.Write(Scs.DCRDR, value));
            accesses.Add(WordAccess.Write(Scs.DCRSR, (uint)Dcrsr.REGWnR | (uint)register));
            accesses.Add(WordAccess.Read(Scs.DHCSR));
        }
    }

    // A core on a very slow clock needs longer for one register than the probe for its next access.
    private uint ReadSlowly(CoreRegister register)
    {
        memory.Write32(Scs.DCRSR, (uint)register);
        AwaitRegister(register);
        return memory.Read32(Scs.DCRDR);
    }

    private void WriteSlowly(CoreRegister register, uint value)
    {
        memory.Write32(Scs.DCRDR, value);
        memory.Write32(Scs.DCRSR, (uint)Dcrsr.REGWnR | (uint)register);
        AwaitRegister(register);
    }

    private void AwaitRegister(CoreRegister register)
    {
        var status = Poll(RegisterLimit, s => s.HasFlag(Dhcsr.S_REGRDY), out _);
        if (!status.HasFlag(Dhcsr.S_REGRDY))
        {
            throw CoreErrors.RegisterNotReady(register.ToString(), status);
        }
    }

    private static void RequireHalted(Dhcsr status, string what)
    {
        if (!status.HasFlag(Dhcsr.S_HALT))
        {
            throw CoreErrors.NotHalted(what, status);
        }
    }
}
