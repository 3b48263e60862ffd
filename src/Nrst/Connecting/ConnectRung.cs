using Nrst.Arm;
using Nrst.Targets;

namespace Nrst.Connecting;

/// <summary>One way to get hold of a chip. None of them changes flash, option bytes or RAM.</summary>
internal abstract class ConnectRung
{
    /// <summary>For users and programs; does not change.</summary>
    public abstract string Name { get; }

    /// <summary>It needs a chip that answers while its program runs.</summary>
    public virtual bool NeedsAnAnswer => false;

    /// <summary>It works by pulling NRST.</summary>
    public virtual bool PullsReset => false;

    /// <summary>Tries. A way that does not work is a <see cref="TargetException"/> that says what was seen.</summary>
    public abstract Contact Climb(RungTools tools);
}

/// <summary>What rungs have in common: the probe, and steps that stand in more than one of them.</summary>
internal sealed class RungTools(IDebugProbe probe, ConnectOptions options, TimeSpan deadline)
{
    private static readonly TimeSpan LongestHalt = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestHalt = TimeSpan.FromMilliseconds(50);

    private CortexMCore? _held;

    public IDebugProbe Probe => probe;
    public ConnectOptions Options => options;

    /// <summary>The SWD clock in use, in kHz.</summary>
    public int Kilohertz { get; private set; }

    /// <summary>The clock that rungs work with; lower than the user's wish where the wires were found to be noisy.</summary>
    public int Wish { get; set; } = options.Kilohertz;

    public TimeSpan Left => deadline - probe.Clock.Now;

    public void UseClock(int kilohertz) => Kilohertz = probe.SetSpeed(kilohertz);

    /// <summary>The core behind the first access port that leads to one: 0 on most chips, 1 on an STM32H5 or STM32H7R/S.</summary>
    /// <param name="caught">It was halted on the way here.</param>
    public (CortexMCore Core, int AccessPort) AttachToCore(bool underReset = false, bool caught = false)
    {
        TargetException? first = null;
        foreach (var port in DeviceDatabase.CoreAccessPorts)
        {
            try
            {
                return (AttachToCore(port, underReset, caught), port);
            }
            catch (TargetException none) when (none is TargetMemoryException or { Code: "NRST3006" or "NRST3109" })
            {
                first ??= none; // what the first port said is the story, should no port lead to a core
            }
            catch (ProbeException old) when (first is not null && old.Code == "NRST1319")
            {
                first.AddEvidence(old.Message);
            }
        }

        throw first!;
    }

    public CortexMCore AttachToCore(int port, bool underReset = false, bool caught = false)
    {
        if (port != 0)
        {
            probe.UseAccessPort((byte)port);
        }

        var core = new CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock)
        {
            HaltLimit = Left < ShortestHalt ? ShortestHalt : Left < LongestHalt ? Left : LongestHalt,
        };
        core.Attach(inReset: underReset, caught);
        return _held = core;
    }

    /// <summary>
    /// Who the chip is. One that says only half of it is none: its DEV_ID and its flash size must both be there and make sense, or
    /// what is written next may go into a chip that is not listening.
    /// </summary>
    public ChipIdentity Identify(int accessPort, uint? core = null) =>
        ChipIdentification.Identify(probe.Words, options.Chip, accessPort, core, probe.Memory);

    /// <summary>Halts the core in the moment in which it can be reached, and then looks who it is.</summary>
    public Contact Catch()
    {
        probe.Attach();
        try
        {
            CortexMCore.Catch(probe.Words);
        }
        catch (TargetException)
        {
            // Its core may be behind another access port.
        }

        var (core, port) = AttachToCore(caught: true);
        core.Halt();
        return new Contact(core, port, Identify(port, core.Identity.Cpuid)); // its program ran for a moment, so this is not a chip at rest
    }

    /// <summary>Gives a chip back that did not turn out to be one: its core goes on as it was found.</summary>
    public void LetGo()
    {
        try
        {
            _held?.Detach();
            probe.Reset.Release();
        }
        catch (NrstException)
        {
            // It was hardly there; what the rung said is the better story.
        }

        _held = null;
    }
}
