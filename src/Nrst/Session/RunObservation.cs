using Nrst.Arm;
using Nrst.Images;

namespace Nrst;

/// <summary>What was seen of the firmware after it was let go.</summary>
public enum FirmwareState
{
    /// <summary>The program counter moves inside the image, or the core sleeps there between interrupts.</summary>
    Running,

    /// <summary>It executes, but what is outside the image.</summary>
    Elsewhere,

    /// <summary>The program counter was the same at every look: a loop of one instruction, such as a default handler.</summary>
    Stuck,

    LockedUp,
    Halted,
    InReset,

    /// <summary>The loader in the ROM handed over to it and is gone; no more can be seen this way.</summary>
    Started,

    /// <summary>The loader in the ROM was told to hand over, and is still there.</summary>
    InLoader,

    /// <summary>The chip does not answer any more: its program sleeps, or has taken the debug pins.</summary>
    Unreachable,
}

/// <param name="Pc">The last program counter seen.</param>
/// <param name="Faults">The fault registers in words, where a fault is pending or locked the core up.</param>
public sealed record RunObservation(FirmwareState State, Address? Pc, string? Faults);

/// <summary>Watches a core that was let go, without stopping it for longer than a look takes.</summary>
internal static class RunObserver
{
    // Each of them sees the program counter twice.
    private const int Looks = 3;

    // Together long enough for start-up code to get somewhere, short enough that nobody waits for it.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2.75);

    public static RunObservation Watch(CortexMCore core, IClock clock, FirmwareImage image)
    {
        try
        {
            return Look(core, clock, image);
        }
        catch (TargetException gone)
        {
            return new RunObservation(FirmwareState.Unreachable, null, gone.Message);
        }
    }

    private static RunObservation Look(CortexMCore core, IClock clock, FirmwareImage image)
    {
        var seen = new HashSet<uint>();
        var slept = false;
        Address? pc = null;
        FaultReport? faults = null;
        for (var look = 0; look < Looks; look++)
        {
            clock.Wait(Pause);
            var (state, places, told) = core.Look();
            faults = told;
            switch (state)
            {
                case CoreState.LockedUp:
                    return new RunObservation(FirmwareState.LockedUp, HaltedPc(core), Faults(core));
                case CoreState.InReset:
                    return new RunObservation(FirmwareState.InReset, null, null);
                case CoreState.Halted:
                    return new RunObservation(FirmwareState.Halted, HaltedPc(core), Faults(core));
                case CoreState.Sleeping:
                    slept = true;
                    break;
            }

            foreach (var place in places.Count > 0 ? places : [GlimpsePc(core)])
            {
                pc = place;
                seen.Add(place.Value);
            }
        }

        var inside = seen.Any(at => image.Pieces.Any(piece => piece.Range.Contains(new Address(at))));
        var verdict = !inside ? FirmwareState.Elsewhere : seen.Count > 1 || slept ? FirmwareState.Running : FirmwareState.Stuck;
        return new RunObservation(verdict, pc, verdict is FirmwareState.Stuck or FirmwareState.Elsewhere ? Tell(faults ?? core.ReadFaults()) : null);
    }

    private static string? Faults(CortexMCore core) => Tell(core.ReadFaults());

    private static string? Tell(FaultReport faults) => faults.HasFault ? faults.ToString() : null;

    private static Address GlimpsePc(CortexMCore core)
    {
        var pc = HaltedPc(core);
        core.Run();
        return pc;
    }

    private static Address HaltedPc(CortexMCore core)
    {
        core.Halt();
        return new Address(core.ReadRegister(CoreRegister.PC));
    }
}
