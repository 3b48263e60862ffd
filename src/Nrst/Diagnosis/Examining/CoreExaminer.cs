using Nrst.Arm;

namespace Nrst.Diagnosis.Examining;

/// <summary>The core's debug registers as they were found, and a few looks at what it does.</summary>
internal static class CoreExaminer
{
    private const int Looks = 6;

    private static readonly Address FP_CTRL = new(0xE000_2000), FP_COMP0 = new(0xE000_2008);

    // Six looks are a tenth of a second: a short watchdog shows, and nobody waits.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    public static CoreSeen Look(IDebugProbe probe, int accessPort)
    {
        Span<uint> first = stackalloc uint[5];
        probe.Words.Run(
            [
                WordAccess.Read(Scs.CPUID), WordAccess.Read(Scs.DHCSR), WordAccess.Read(Scs.DEMCR), WordAccess.Read(Scs.DFSR), WordAccess.Read(FP_CTRL),
            ], first);
        var found = (Dhcsr)first[1];
        var breakpoints = Breakpoints(probe, first[4]);
        var core = new CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock);
        core.Attach(inReset: true);
        var (resets, inReset, asleep, pcs) = (0, found.HasFlag(Dhcsr.S_RESET_ST), found.HasFlag(Dhcsr.S_SLEEP), new List<Address>());
        var (last, faults) = (found, null as string);
        try
        {
            for (var look = 0; look < Looks; look++)
            {
                probe.Clock.Wait(s_pause);
                last = (Dhcsr)probe.Memory.Read32(Scs.DHCSR);
                resets += last.HasFlag(Dhcsr.S_RESET_ST) ? 1 : 0;
                inReset &= last.HasFlag(Dhcsr.S_RESET_ST);
                asleep |= last.HasFlag(Dhcsr.S_SLEEP);
                var now = core.Look();
                pcs.AddRange(now.Pcs);
                faults = now.Faults is { HasFault: true } report ? report.ToString() : null;
            }

            return new CoreSeen(
                new CoreIdentity(first[0]), accessPort, found.HasFlag(Dhcsr.C_DEBUGEN), found.HasFlag(Dhcsr.S_HALT), last.HasFlag(Dhcsr.S_LOCKUP), asleep,
                inReset, Looks, resets, breakpoints, first[2], pcs, faults) { SecureDebug = (first[1] & SecureDebugEnabled) != 0 };
        }
        finally
        {
            core.Detach();
        }
    }

    // ARMv8-M manual, DHCSR: S_SDE.
    private const uint SecureDebugEnabled = 1 << 20;

    /// <summary>FP_CTRL: NUM_CODE in 14:12 and 7:4, ENABLE in 0; each comparator has an enable of its own in bit 0.</summary>
    private static int Breakpoints(IDebugProbe probe, uint control)
    {
        var count = (int)(control >> 8 & 0x70 | control >> 4 & 0xF);
        if ((control & 1) == 0 || count is 0 or > 16)
        {
            return 0;
        }

        var comparators = new uint[count];
        probe.Words.Run([.. Enumerable.Range(0, count).Select(n => WordAccess.Read(FP_COMP0 + (uint)(4 * n)))], comparators);
        return comparators.Count(comparator => (comparator & 1) != 0);
    }
}
