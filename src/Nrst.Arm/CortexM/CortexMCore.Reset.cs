namespace Nrst.Arm;

/// <summary>The three resets, and waiting for what follows them.</summary>
public sealed partial class CortexMCore
{
    private static readonly TimeSpan ResetLimit = TimeSpan.FromMilliseconds(500);

    // Longer than any STM32 needs (20 µs), and long enough to empty the 100 nF that boards put on the pin.
    private static readonly TimeSpan PinLow = TimeSpan.FromMilliseconds(2);

    /// <summary>Resets the chip or the core.</summary>
    /// <param name="halt">Stop before the first instruction (vector catch), instead of letting the program start.</param>
    /// <remarks>With <see cref="ResetKind.Pin"/> the pin may already be low, as after connecting under reset.</remarks>
    public void Reset(ResetKind kind, bool halt)
    {
        if (kind == ResetKind.Core)
        {
            if (!Identity.HasVectReset)
            {
                throw CoreErrors.NoVectReset(Identity);
            }

            Halt(); // the manual asks for it
        }

        var before = _demcr;
        var during = halt ? _demcr | Demcr.VC_CORERESET : _demcr & ~Demcr.VC_CORERESET;
        PrepareReset(before, during);

        var trouble = Trigger(kind);
        var status = AwaitReset(kind, trouble);

        _masked = status.HasFlag(Dhcsr.C_MASKINTS);
        if (halt)
        {
            AwaitCatch(status);
        }
        else if (status.HasFlag(Dhcsr.S_HALT) || _masked)
        {
            Run(); // a halt from before can outlive the reset
        }

        if (during != before)
        {
            memory.Write32(Scs.DEMCR, (uint)before);
            _demcr = before;
        }
    }

    private void PrepareReset(Demcr before, Demcr during)
    {
        _demcr = during;
        var look = WordAccess.Read(Scs.DHCSR); // forgets earlier resets, so that S_RESET_ST means this one
        Span<uint> forgotten = stackalloc uint[1];
        words.Run(during == before ? [look] : [WordAccess.Write(Scs.DEMCR, (uint)during), look], forgotten);
    }

    /// <summary>Returns what went wrong on the way, which matters only if no reset follows.</summary>
    private TargetException? Trigger(ResetKind kind)
    {
        if (kind == ResetKind.Pin)
        {
            reset.Assert();
            clock.Wait(PinLow);
            reset.Release();
            return null;
        }

        var request = kind == ResetKind.System ? Aircr.SYSRESETREQ : Aircr.VECTRESET;
        try
        {
            memory.Write32(Scs.AIRCR, (uint)(Aircr.VECTKEY | request));
            return null;
        }
        catch (TargetException cutOff)
        {
            return cutOff; // the reset may have swallowed the answer to the write that asked for it
        }
    }

    /// <summary>Waits until a reset was seen and is over.</summary>
    private Dhcsr AwaitReset(ResetKind kind, TargetException? trouble)
    {
        var (start, pause) = (clock.Now, TimeSpan.FromMilliseconds(0.1));
        var (seen, last) = (false, default(Dhcsr));
        while (true)
        {
            try
            {
                last = ReadDhcsr();
                if (seen && !last.HasFlag(Dhcsr.S_RESET_ST))
                {
                    return last;
                }

                if (!seen && last.HasFlag(Dhcsr.S_RESET_ST))
                {
                    seen = true;
                    continue; // reading has cleared it: the next look shows whether it is over
                }
            }
            catch (TargetException unreachable)
            {
                trouble ??= unreachable; // some chips answer nothing while they are in reset
            }

            var waited = clock.Now - start;
            if (waited >= ResetLimit)
            {
                throw seen ? CoreErrors.HeldInReset(last, waited) : CoreErrors.ResetNotSeen(kind, last, waited, trouble);
            }

            clock.Wait(pause);
            pause = pause < TimeSpan.FromMilliseconds(10) ? pause * 2 : pause;
        }
    }

    private void AwaitCatch(Dhcsr status)
    {
        if (status.HasFlag(Dhcsr.S_HALT))
        {
            return;
        }

        status = Poll(ResetLimit, s => s.HasFlag(Dhcsr.S_HALT), out var waited);
        if (!status.HasFlag(Dhcsr.S_HALT))
        {
            throw CoreErrors.NotHaltedAfterReset(status, waited);
        }
    }
}
