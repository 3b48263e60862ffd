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
        _demcr = during;
        var trouble = Trigger(kind, Preparation(before, during, halt));
        var status = AwaitReset(kind, trouble, letGo: !halt);

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

    /// <summary>What is written and looked at right before the reset.</summary>
    private List<WordAccess> Preparation(Demcr before, Demcr during, bool halt)
    {
        var first = new List<WordAccess>();
        if (during != before)
        {
            first.Add(WordAccess.Write(Scs.DEMCR, (uint)during));
        }

        if (_masked && !halt)
        {
            first.AddRange([Writing(Dhcsr.C_HALT | Dhcsr.C_MASKINTS), Writing(Dhcsr.C_HALT)]); // the mask would outlive the reset, and may only change while halted
        }

        first.Add(WordAccess.Read(Scs.DHCSR)); // forgets earlier resets, so that S_RESET_ST means this one
        return first;
    }

    /// <summary>Returns what went wrong on the way, which matters only if no reset follows.</summary>
    private TargetException? Trigger(ResetKind kind, List<WordAccess> first)
    {
        Span<uint> forgotten = stackalloc uint[1];
        if (kind == ResetKind.Pin)
        {
            words.Run([.. first], forgotten);
            reset.Assert();
            clock.Wait(PinLow);
            reset.Release();
            return null;
        }

        var request = kind == ResetKind.System ? Aircr.SYSRESETREQ : Aircr.VECTRESET;
        try
        {
            words.Run([.. first, WordAccess.Write(Scs.AIRCR, (uint)(Aircr.VECTKEY | request))], forgotten);
            return null;
        }
        catch (TargetException cutOff) when (cutOff is not TargetMemoryException { Address: { } at } || at == Scs.AIRCR)
        {
            return cutOff; // the reset may have swallowed the answer to the write that asked for it
        }
    }

    /// <summary>Waits until a reset was seen and is over.</summary>
    /// <param name="letGo">A halt from before can outlive the reset, and is lifted with the first looks.</param>
    private Dhcsr AwaitReset(ResetKind kind, TargetException? trouble, bool letGo)
    {
        var (start, pause) = (clock.Now, TimeSpan.FromMilliseconds(0.1));
        var look = WordAccess.Read(Scs.DHCSR);
        var looks = new uint[2]; // what an access that fails leaves unread stays 0
        try
        {
            // Reading clears S_RESET_ST: the second look shows whether it is over.
            words.Run(letGo ? [look, look, Writing(default)] : [look, look], looks);
            if (IsReset(looks[0]) && !IsReset(looks[1]))
            {
                return (Dhcsr)looks[1] & (letGo ? ~(Dhcsr.S_HALT | Dhcsr.C_HALT) : ~default(Dhcsr));
            }
        }
        catch (TargetException unreachable)
        {
            trouble ??= unreachable; // some chips answer nothing while they are in reset
        }

        var (seen, last) = (IsReset(looks[0]) || IsReset(looks[1]), (Dhcsr)looks[1]);
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
                    continue;
                }
            }
            catch (TargetException unreachable)
            {
                trouble ??= unreachable;
            }

            var waited = clock.Now - start;
            if (waited >= ResetLimit)
            {
                throw seen ? CoreErrors.HeldInReset(last, waited) : CoreErrors.ResetNotSeen(kind, last, waited, trouble);
            }

            clock.Wait(pause);
            pause = pause < TimeSpan.FromMilliseconds(10) ? pause * 2 : pause;
        }

        static bool IsReset(uint status) => ((Dhcsr)status).HasFlag(Dhcsr.S_RESET_ST);
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
