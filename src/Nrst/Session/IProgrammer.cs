using Nrst.Arm;
using Nrst.Flash;
using Nrst.Images;

namespace Nrst;

/// <summary>The jobs nrst does on a chip, whichever way leads to it.</summary>
public interface IProgrammer
{
    /// <summary>Says what <see cref="Flash"/> would do. Changes no flash.</summary>
    FlashPlan Plan(FirmwareImage image, FlashOptions options, CancellationToken cancel);

    /// <summary>Erases what is needed, programs, proves, and lets the firmware go.</summary>
    FlashOutcome Flash(FirmwareImage image, FlashOptions options, ResetAfter after, CancellationToken cancel);

    /// <summary>Puts bytes at an address and leaves everything around them as it is.</summary>
    FlashReport Write(Address at, ReadOnlyMemory<byte> data, CancellationToken cancel);

    /// <summary>Erases the sectors that a range touches, or all where it is null, and proves them blank.</summary>
    EraseReport Erase(AddressRange? range, CancellationToken cancel);

    /// <summary>Compares byte by byte.</summary>
    /// <exception cref="ProofException">What differs, all of it, and of what kind it is.</exception>
    FlashProof Verify(FirmwareImage image, CancellationToken cancel);

    byte[] Read(AddressRange range, CancellationToken cancel);

    void Reset(ResetKind kind, bool halt);
}
