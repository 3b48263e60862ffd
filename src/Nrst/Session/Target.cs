using Nrst.Arm;
using Nrst.Connecting;
using Nrst.Flash;
using Nrst.Repairs;

namespace Nrst;

/// <summary>An open probe with an identified chip behind it. Disposing puts back what attaching touched, and lets go.</summary>
public sealed class Target : IDisposable
{
    private readonly DebugHold _hold;
    private readonly List<JobEvent.Repaired> _repairs;
    private readonly bool _leaveOpen;
    private AtRest _rest;

    private Target(IDebugProbe probe, ConnectOptions options, double? volts, Contact contact, ConnectLadder ladder, bool leaveOpen)
    {
        _leaveOpen = leaveOpen;
        (Probe, Options, Kilohertz, Volts, Core, Chip) = (probe, options, ladder.Kilohertz, volts, contact.Core, contact.Chip);
        (Rungs, _repairs, _rest) = ([.. ladder.Reports], [.. ladder.Repairs], contact.Rest);
        (AccessPort, OtherCore) = (contact.AccessPort, contact.OtherCore);
        _hold = new DebugHold(probe.Memory, contact.Chip.Device.Debug);
    }

    public IDebugProbe Probe { get; }
    public ConnectOptions Options { get; }

    /// <summary>The SWD clock the probe really uses.</summary>
    public int Kilohertz { get; private set; }

    public double? Volts { get; }
    public CortexMCore Core { get; }
    public ChipIdentity Chip { get; }
    public ITargetMemory Memory => Probe.Memory;

    /// <summary>The ways to connect that were tried or left out, in order. The last one worked.</summary>
    public IReadOnlyList<RungReport> Rungs { get; }

    /// <summary>What stood in the way since connecting and was cleared out of it unasked, each once.</summary>
    public IReadOnlyList<JobEvent.Repaired> Repairs => _repairs;

    /// <summary>What connecting took, on the probe's clock.</summary>
    public TimeSpan ConnectTime { get; private init; }

    /// <summary>The chip could not be reached as it ran, so it may not be there any more once its program runs again.</summary>
    internal bool IsShy => Rungs[^1].Name is not "attach";

    internal int AccessPort { get; }

    /// <summary>See <see cref="Contact.OtherCore"/>.</summary>
    internal bool OtherCore { get; }

    internal DebugHold Hold => _hold;

    /// <summary>
    /// Attaches and identifies. With <see cref="ConnectMode.Auto"/> a chip that can be reached as it runs is not reset. Owns the probe, also when
    /// this throws.
    /// </summary>
    /// <param name="leaveOpen">The caller goes on owning the probe, to look at the board afterwards.</param>
    public static Target Connect(IDebugProbe probe, ConnectOptions options, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var start = probe.Clock.Now;
            var volts = probe.ReadTargetVolts();
            var ladder = new ConnectLadder(probe, options, volts);
            var contact = ladder.Climb();
            var target = new Target(probe, options, volts, contact, ladder, leaveOpen) { ConnectTime = probe.Clock.Now - start };
            if (contact.Core.WasSleeping || target.IsShy)
            {
                target.KeepAwake();
            }

            return target;
        }
        catch when (!leaveOpen)
        {
            probe.Dispose();
            throw;
        }
    }

    /// <summary>The flash as this chip has it, read from the silicon and checked against the device data.</summary>
    public FlashGeometry ReadGeometry() => FlashGeometry.Read(Memory, Probe.Words, Chip.Device, Chip.Named);

    public void Dispose()
    {
        try
        {
            _hold.PutBack();
            Core.Detach();
        }
        catch (NrstException)
        {
            // The wire is gone; what the first error said is the better story.
        }

        if (!_leaveOpen)
        {
            Probe.Dispose();
        }
    }

    /// <summary>How far the chip has been at rest since connecting; asked once, for whoever works on it next has to see to that.</summary>
    internal AtRest TakeRest()
    {
        var rest = _rest;
        _rest = AtRest.No;
        return rest;
    }

    /// <summary>Notes a repair and tells it, the first time it is made.</summary>
    internal void Repaired(JobEvent.Repaired repair, JobListener? listener)
    {
        if (!_repairs.Exists(known => known.Name == repair.Name))
        {
            _repairs.Add(repair);
            listener?.Invoke(repair);
        }
    }

    /// <summary>
    /// Takes a chip that stopped answering in the middle of a reset by its pin, and halts its core before the first instruction. False where that
    /// does not work either; what happened before is the better story then.
    /// </summary>
    internal bool CatchUnderReset()
    {
        var halted = Core.LeaveHalted;
        try
        {
            Probe.Attach(underReset: true);
            Probe.UseAccessPort((byte)AccessPort);
            Core.Attach(inReset: true);
            Core.Reset(ResetKind.Pin, halt: true);
            return true;
        }
        catch (TargetException)
        {
            return false;
        }
        finally
        {
            Core.LeaveHalted = halted;
        }
    }

    /// <summary>Looks for a clock below the present one at which the wires lose nothing. The chip has to be brought to rest again afterwards.</summary>
    /// <returns>What was measured; null where no clock is better.</returns>
    internal string? SlowDown()
    {
        var measured = WireCheck.FindCleanClock(Probe, Kilohertz, Probe.Clock.Now + Options.Limit);
        if (measured is not [.., { Transfers: > 0, Errors: 0 } clean])
        {
            return null;
        }

        Probe.UseAccessPort((byte)AccessPort);
        var before = Kilohertz;
        Kilohertz = clean.Kilohertz;
        return clean.Kilohertz < before ? WireCheck.Words(measured) : null;
    }

    private void KeepAwake()
    {
        if (_hold.KeepAwake())
        {
            Repaired(
                new("kept-awake", "The chip sleeps, or hides from the debug port: its DBGMCU keeps the port alive for as long as nrst is connected."),
                Options.Listener);
        }
    }
}
