using Nrst.Arm;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Repairs;

namespace Nrst;

/// <summary>What the chip does when the job is done.</summary>
public enum ResetAfter
{
    /// <summary>Reset, let it run, and watch whether it does.</summary>
    Run,

    /// <summary>Reset and stop before the first instruction.</summary>
    Halt,

    /// <summary>Leave it halted where it is.</summary>
    None,
}

/// <summary>A finished flash job: the proof, and what became of the firmware.</summary>
/// <param name="Observed">Null where the firmware was not let go.</param>
/// <param name="Seconds">From the first word to the probe to the last, on the probe's clock.</param>
/// <param name="Exchanges">Commands the probe was sent in that time.</param>
public sealed record FlashOutcome(
    FlashReport Report, FlashGeometry Geometry, RunObservation? Observed, double ConnectSeconds, double Seconds, long Exchanges);

/// <summary>The jobs nrst does on a connected target, start to end.</summary>
/// <remarks>Synchronous and not thread-safe; <see cref="ProbeSession{TTarget}"/> orders several callers.</remarks>
public sealed class Programmer(Target target, JobListener? listener = null) : IProgrammer
{
    /// <summary>Drive the flash registers over the probe and leave target RAM alone: slow, and needs no running core.</summary>
    public bool WithoutLoader { get; init; }

    /// <summary>Looks at the chip and says what <see cref="Flash"/> would do. Changes no flash; the chip is reset.</summary>
    public FlashPlan Plan(FirmwareImage image, FlashOptions options, CancellationToken cancel) => Repairing().Run(() =>
    {
        var job = Prepare();
        var plan = FlashExecutor.Plan(new FlashJob(Supplied(job.Flash, options), image, options), cancel);
        Finish(job, ResetAfter.Run);
        return plan;
    });

    /// <summary>Erases what is needed, programs, proves, resets, and watches the firmware run.</summary>
    public FlashOutcome Flash(FirmwareImage image, FlashOptions options, ResetAfter after, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(options);
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Connect, target.ConnectTime, 0));
        var start = target.Probe.Clock.Now;
        var (job, report) = Repairing(new DamagedSectors(image, options, EraseDamaged(cancel))).Run(() =>
        {
            var ready = Prepare();
            return (ready, FlashExecutor.Run(new FlashJob(Supplied(ready.Flash, options), image, options), cancel));
        });
        var observed = Finish(job, after, image);
        var connect = target.ConnectTime.TotalSeconds;
        var total = connect + (target.Probe.Clock.Now - start).TotalSeconds;
        return new FlashOutcome(report, job.Geometry, observed, connect, total, target.Probe.Exchanges);
    }

    /// <summary>Puts bytes at an address and leaves everything around them as it is. Leaves the chip reset and running.</summary>
    public FlashReport Write(Address at, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var (job, report) = Repairing().Run(() =>
        {
            var ready = Prepare();
            return (ready, FlashExecutor.Write(ready.Flash, at, data, cancel));
        });
        Finish(job, ResetAfter.Run);
        return report;
    }

    /// <summary>Erases the sectors that a range touches, or all where it is null. Leaves the chip reset and running.</summary>
    public EraseReport Erase(AddressRange? range, CancellationToken cancel)
    {
        var (job, report) = Repairing().Run(() =>
        {
            var ready = Prepare();
            return (ready, FlashExecutor.Erase(ready.Flash, range, cancel));
        });
        Finish(job, ResetAfter.Run);
        return report;
    }

    /// <summary>Compares by reading back, on the running chip: nothing is reset, halted or written.</summary>
    /// <exception cref="ProofException">What differs, all of it, and of what kind it is.</exception>
    public FlashProof Verify(FirmwareImage image, CancellationToken cancel) =>
        FlashExecutor.Compare(Describe(target.ReadGeometry(), null), image, cancel);

    /// <summary>Reads memory of the running chip.</summary>
    public byte[] Read(AddressRange range, CancellationToken cancel)
    {
        const int Piece = 4096; // a progress step, and at most this much after Ctrl-C
        var data = new byte[range.Length];
        var start = target.Probe.Clock.Now;
        listener?.Invoke(new JobEvent.PhaseStarted(Phase.Read, data.Length));
        for (var at = 0; at < data.Length; at += Piece)
        {
            cancel.ThrowIfCancellationRequested();
            var length = Math.Min(Piece, data.Length - at);
            target.Memory.Read(range.Start + (uint)at, data.AsSpan(at, length));
            listener?.Invoke(new JobEvent.Advanced(Phase.Read, at + length, data.Length));
        }

        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Read, target.Probe.Clock.Now - start, data.Length));
        return data;
    }

    /// <summary>Resets the chip and lets it run, or stops it before its first instruction.</summary>
    public void Reset(ResetKind kind, bool halt)
    {
        target.Core.Reset(kind, halt);
        target.Core.LeaveHalted = halt;
    }

    private PreparedJob Prepare()
    {
        FlashExecutor.RequireDriver(target.Chip.Device);
        target.Core.LeaveHalted = true; // should the job fail: half an image must not run
        var rest = new ChipRest(target, WithoutLoader, Listen);
        TellOfLeftover();
        rest.Come();
        var geometry = target.ReadGeometry();
        return new PreparedJob(Describe(geometry, rest), geometry, rest);
    }

    /// <summary>What is measured counts for more than what somebody says.</summary>
    private static FlashTarget Supplied(FlashTarget target, FlashOptions options) => target with { Volts = target.Volts ?? options.Volts };

    private FlashTarget Describe(FlashGeometry geometry, ChipRest? rest) => new()
    {
        Core = target.Core,
        Memory = target.Memory,
        Words = target.Probe.Words,
        Clock = target.Probe.Clock,
        Device = target.Chip.Device,
        Part = geometry.Part,
        Layout = geometry.Layout,
        Volts = target.Volts,
        Listener = Listen,
        MeasuredHertz = rest?.Hertz,
        WithoutLoader = WithoutLoader || rest is { WithoutLoader: true },
    };

    /// <summary>Before the reset, which takes it away.</summary>
    private void TellOfLeftover()
    {
        try
        {
            FlashExecutor.TellOfLeftover(Describe(target.Chip.Geometry ?? target.ReadGeometry(), null));
        }
        catch (TargetException)
        {
            // A chip that is not at rest may not let anybody look; nothing depends on it.
        }
    }

    private RunObservation? Finish(PreparedJob job, ResetAfter after, FirmwareImage? image = null)
    {
        var reset = after is not ResetAfter.None && target.Options.Mode is not ConnectMode.HotPlug;
        target.Core.LeaveHalted = !reset || after is ResetAfter.Halt;
        if (!reset)
        {
            listener?.Invoke(new JobEvent.Noticed(
                "The chip was not reset: the core is halted, and what it had in RAM and registers no longer fits the flash."));
            return null;
        }

        var start = target.Probe.Clock.Now;
        job.Rest.Start(job.Geometry.Layout.Range.Start, halt: after is ResetAfter.Halt);
        var seen = image is not null && after is ResetAfter.Run
            ? RunObserver.Watch(target.Core, target.Probe.Clock, image)
            : null;
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Reset, target.Probe.Clock.Now - start, 0));
        return seen;
    }

    private RepairingRun Repairing(DamagedSectors? damaged = null) => new(target, Listen, damaged);

    private Action<AddressRange> EraseDamaged(CancellationToken cancel) => sector => FlashExecutor.Erase(Prepare().Flash, sector, cancel);

    private void Listen(JobEvent happened)
    {
        if (happened is JobEvent.Repaired repair)
        {
            target.Repaired(repair, listener);
        }
        else
        {
            listener?.Invoke(happened);
        }
    }

    /// <summary>A chip at rest, and how it is started again.</summary>
    private sealed record PreparedJob(FlashTarget Flash, FlashGeometry Geometry, ChipRest Rest);
}
