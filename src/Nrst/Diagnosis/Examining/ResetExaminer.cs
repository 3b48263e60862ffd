using Nrst.Arm;

namespace Nrst.Diagnosis.Examining;

/// <summary>What NRST and SYSRESETREQ do to the chip. Resets it.</summary>
internal sealed class ResetExaminer(IDebugProbe probe)
{
    // A capacitor that takes longer is one that somebody put there to hold the chip in reset.
    private static readonly TimeSpan s_longestRise = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan s_low = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(1);

    public ResetSeen Look(BoardObservations seen)
    {
        if (!seen.Answers || seen.Core is null)
        {
            return new ResetSeen(null, null, AnswersWhileLow(), null);
        }

        if (seen.Core.IsInReset && Rise() is null)
        {
            return new ResetSeen(null, null, null, null) { StaysInReset = true };
        }

        var request = Request(seen.Core.AccessPort);
        var (follows, rise) = Pin();
        return new ResetSeen(follows, rise, null, request);
    }

    private bool AnswersWhileLow()
    {
        try
        {
            probe.Attach(underReset: true);
            return true;
        }
        catch (TargetException)
        {
            return false;
        }
        finally
        {
            probe.Reset.Release();
        }
    }

    private bool Request(int accessPort)
    {
        var core = new CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock);
        core.Attach(inReset: true);
        try
        {
            core.Reset(ResetKind.System, halt: false);
            return true;
        }
        catch (TargetException error)
        {
            return !(error is { Code: "NRST3101", InnerException: null });
        }
        finally
        {
            Leave(core);
        }
    }

    /// <summary>S_RESET_ST is cleared by reading, so it is read once before. Some chips answer nothing while they are in reset: that is following, too.</summary>
    private (bool Follows, TimeSpan? Rise) Pin()
    {
        _ = Status();
        probe.Reset.Assert();
        probe.Clock.Wait(s_low);
        var low = Status();
        probe.Reset.Release();
        if (low is { } status && !status.HasFlag(Dhcsr.S_RESET_ST))
        {
            return (false, null);
        }

        return (true, Rise());
    }

    /// <summary>How long it takes from now until the chip is out of reset; null where that is longer than any capacitor.</summary>
    private TimeSpan? Rise()
    {
        var released = probe.Clock.Now;
        while (probe.Clock.Now - released < s_longestRise)
        {
            if (Status() is { } now && !now.HasFlag(Dhcsr.S_RESET_ST))
            {
                return probe.Clock.Now - released;
            }

            probe.Clock.Wait(s_pause);
        }

        return null;
    }

    private Dhcsr? Status()
    {
        try
        {
            return (Dhcsr)probe.Memory.Read32(Scs.DHCSR);
        }
        catch (TargetException)
        {
            return null;
        }
    }

    private static void Leave(CortexMCore core)
    {
        try
        {
            core.Detach();
        }
        catch (TargetException)
        {
            // The reset took the debug port with it; there is nothing left to put back.
        }
    }
}
