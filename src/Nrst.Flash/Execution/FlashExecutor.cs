using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Runs flash jobs. There is no way out of it with a report but through a proof.</summary>
/// <remarks>
/// All of these want the core halted, and leave it halted with the flash locked. They use target RAM, so the chip should be reset
/// afterwards; nothing else they touch is left changed.
/// </remarks>
public static class FlashExecutor
{
    /// <summary>Refuses a chip that is described and that no driver can program, before anything is touched.</summary>
    public static void RequireDriver(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        _ = FlashFamilies.Of(device);
    }

    /// <summary>Tells the target's listener what an earlier job left in the flash controller, as long as no reset has taken it away.</summary>
    public static void TellOfLeftover(FlashTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        new FlashRun(target).TellOfLeftover();
    }

    /// <summary>Looks at the chip and says what <see cref="Run"/> would do. Changes no flash.</summary>
    public static FlashPlan Plan(FlashJob job, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(job);
        ImagePlacement.Check(job.Image, job.Target.Device, job.Target.Part, job.Target.Layout);
        return new FlashRun(job.Target).Guard(run => run.Survey(job.Image, job.Options, everything: true, cancel).Plan);
    }

    /// <summary>Erases what is needed, programs, and proves.</summary>
    public static FlashReport Run(FlashJob job, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(job);
        ImagePlacement.Check(job.Image, job.Target.Device, job.Target.Part, job.Target.Layout);
        return new FlashRun(job.Target).Guard(run => run.Flash(job.Image, job.Options, cancel));
    }

    /// <summary>Puts bytes at an address and leaves everything around them as it is.</summary>
    public static FlashReport Write(ChipTarget target, Address at, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var image = new FirmwareImage("the data", ImageFormat.Binary, data.IsEmpty ? [] : [new ImagePiece(at, data, "all of it")], null);
        return Run(new FlashJob(target, image, new FlashOptions { Keep = true }), cancel);
    }

    /// <summary>Compares by reading alone, on a chip that may be running: nothing on it is written, halted or reset.</summary>
    public static FlashProof Compare(ChipTarget target, FirmwareImage image, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        ImagePlacement.Check(image, target.Device, target.Part, target.Layout);
        return new FlashRun(target).Guard(run => run.Compare(image, cancel));
    }

    /// <summary>Compares the flash of a halted chip with an image. A difference is a <see cref="ProofException"/> that names the first, and has all.</summary>
    public static FlashProof Verify(ChipTarget target, FirmwareImage image, VerifyMode mode, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        ImagePlacement.Check(image, target.Device, target.Part, target.Layout);
        return new FlashRun(target).Guard(run => run.Verify(image, mode, cancel));
    }

    /// <summary>Erases the sectors that a range touches, or everything where it is null, and proves them blank.</summary>
    public static EraseReport Erase(ChipTarget target, AddressRange? range, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (range is { } asked && target.Layout.FirstOutside(asked) is not null)
        {
            throw new UsageException("NRST0302", $"{asked} is not all in main flash, which lies at {string.Join(" and ", target.Layout.Stretches())}.")
            {
                LikelyCause = "An address of another memory, a digit too many, or a chip with less flash than expected.",
                Remedies = [new Remedy("See where the flash lies, and its sectors.", "nrst info")],
            };
        }

        return new FlashRun(target).Guard(run => run.Erase(range, cancel));
    }
}

/// <param name="Sectors">Erased and proved blank.</param>
/// <param name="Seconds">On the probe's clock.</param>
public sealed record EraseReport(IReadOnlyList<FlashSector> Sectors, double Seconds)
{
    public long Bytes => Sectors.Sum(sector => (long)sector.Range.Length);

    /// <summary>What the silicon needs at least; null where nobody knows its times.</summary>
    public FlashBound? Bound { get; init; }
}
