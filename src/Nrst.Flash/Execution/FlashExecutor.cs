using Nrst.Images;

namespace Nrst.Flash;

/// <summary>Runs flash jobs. There is no way out of it with a report but through a proof.</summary>
public static class FlashExecutor
{
    /// <summary>Looks at the chip and says what <see cref="Run"/> would do. Changes no flash.</summary>
    public static FlashPlan Plan(FlashJob job, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Erases what is needed, programs, and proves.</summary>
    public static FlashReport Run(FlashJob job, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Puts bytes at an address and leaves everything around them as it is.</summary>
    public static FlashReport Write(FlashTarget target, Address at, ReadOnlyMemory<byte> data, CancellationToken cancel) =>
        throw new NotImplementedException();

    /// <summary>Compares the flash with an image. A difference is a <see cref="ProofException"/> that names the first.</summary>
    public static FlashProof Verify(FlashTarget target, FirmwareImage image, VerifyMode mode, CancellationToken cancel) =>
        throw new NotImplementedException();

    /// <summary>Erases the sectors that a range touches, or everything where it is null, and proves them blank.</summary>
    public static EraseReport Erase(FlashTarget target, AddressRange? range, CancellationToken cancel) =>
        throw new NotImplementedException();
}

/// <param name="Sectors">Erased and proved blank.</param>
/// <param name="Seconds">On the probe's clock.</param>
public sealed record EraseReport(IReadOnlyList<FlashSector> Sectors, double Seconds)
{
    public long Bytes => Sectors.Sum(sector => (long)sector.Range.Length);
}
