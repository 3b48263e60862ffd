using Nrst.Arm;
using Nrst.Flash;
using Nrst.Images;

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
public sealed class Programmer(Target target, JobListener? listener = null)
{
    /// <summary>Drive the flash registers over the probe and leave target RAM alone: slow, and needs no running core.</summary>
    public bool WithoutLoader { get; init; }

    /// <summary>Looks at the chip and says what <see cref="Flash"/> would do. Changes no flash; the chip is reset.</summary>
    public FlashPlan Plan(FirmwareImage image, FlashOptions options, CancellationToken cancel)
    {
        var (flash, _) = Prepare();
        var plan = FlashExecutor.Plan(new FlashJob(flash, image, options), cancel);
        Finish(ResetAfter.Run);
        return plan;
    }

    /// <summary>Erases what is needed, programs, proves, resets, and watches the firmware run.</summary>
    public FlashOutcome Flash(FirmwareImage image, FlashOptions options, ResetAfter after, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(image);
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Connect, target.ConnectTime, 0));
        var start = target.Probe.Clock.Now;
        var (flash, geometry) = Prepare();
        var report = FlashExecutor.Run(new FlashJob(flash, image, options), cancel);
        var observed = Finish(after, image);
        var connect = target.ConnectTime.TotalSeconds;
        var total = connect + (target.Probe.Clock.Now - start).TotalSeconds;
        return new FlashOutcome(report, geometry, observed, connect, total, target.Probe.Exchanges);
    }

    /// <summary>Puts bytes at an address and leaves everything around them as it is. Leaves the chip reset and running.</summary>
    public FlashReport Write(Address at, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var (flash, _) = Prepare();
        var report = FlashExecutor.Write(flash, at, data, cancel);
        Finish(ResetAfter.Run);
        return report;
    }

    /// <summary>Erases the sectors that a range touches, or all where it is null, and leaves the core halted after a reset.</summary>
    public EraseReport Erase(AddressRange? range, CancellationToken cancel)
    {
        var (flash, _) = Prepare();
        var report = FlashExecutor.Erase(flash, range, cancel);
        Finish(ResetAfter.Run);
        return report;
    }

    /// <summary>Compares by reading back, on the running chip: nothing is reset, halted or written.</summary>
    /// <exception cref="ProofException">The first byte that differs.</exception>
    public FlashProof Verify(FirmwareImage image, CancellationToken cancel) =>
        FlashExecutor.Compare(Describe(target.ReadGeometry()), image, cancel);

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

    private (FlashTarget Flash, FlashGeometry Geometry) Prepare()
    {
        FlashExecutor.RequireDriver(target.Chip.Device);
        target.Core.LeaveHalted = true; // should the job fail: half an image must not run
        if (target.Options.Mode is ConnectMode.HotPlug)
        {
            target.Core.Halt();
        }
        else if (target.Options.Mode is not ConnectMode.UnderReset) // connecting under reset has just done it
        {
            target.Core.Reset(ResetKind.System, halt: true);
        }

        var geometry = target.ReadGeometry();
        return (Describe(geometry), geometry);
    }

    private FlashTarget Describe(FlashGeometry geometry) => new()
    {
        Core = target.Core,
        Memory = target.Memory,
        Words = target.Probe.Words,
        Clock = target.Probe.Clock,
        Device = target.Chip.Device,
        Part = geometry.Part,
        Layout = geometry.Layout,
        Volts = target.Volts,
        Listener = listener,
        // The loader reckons with the clock a reset leaves; a chip that was not reset runs from whatever its firmware chose.
        WithoutLoader = WithoutLoader || target.Options.Mode is ConnectMode.HotPlug,
    };

    private RunObservation? Finish(ResetAfter after, FirmwareImage? image = null)
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
        target.Core.Reset(ResetKind.System, halt: after is ResetAfter.Halt);
        var seen = image is not null && after is ResetAfter.Run
            ? RunObserver.Watch(target.Core, target.Probe.Clock, image)
            : null;
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Reset, target.Probe.Clock.Now - start, 0));
        return seen;
    }
}
