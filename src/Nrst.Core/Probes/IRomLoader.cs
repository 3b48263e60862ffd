namespace Nrst;

/// <summary>What a loader says of itself.</summary>
/// <param name="Kind">How it is reached, as people call it: <c>USB DFU</c>.</param>
/// <param name="Place">Where it is: <c>dfu:usb:1-2</c>, <c>serial:/dev/ttyUSB0</c>.</param>
/// <param name="Version">Null where it does not say.</param>
/// <param name="Serial">Null where it has none.</param>
public sealed record RomLoaderIdentity(string Kind, string Place, string? Version, string? Serial);

/// <summary>The loader that a chip carries in its ROM, in step and waiting for commands.</summary>
/// <remarks>
/// A conversation that fails is a <see cref="ProbeException"/> or a <see cref="TargetException"/>; a place that the loader reports an error for
/// a <see cref="FlashException"/>; a chip that it may not touch because it is read-protected a <see cref="RefusedException"/>. That nothing was reported
/// proves nothing: loaders stay silent about write protection.
/// </remarks>
public interface IRomLoader : IDisposable
{
    RomLoaderIdentity Identity { get; }

    IClock Clock { get; }

    /// <summary>Commands sent so far, each with its data and answer counted as one.</summary>
    long Exchanges { get; }

    /// <summary>Bytes of the largest block it takes at once.</summary>
    int Block { get; }

    /// <summary>Reading so many bytes more costs what another read costs: places that lie closer together are read as one.</summary>
    int ReadOverhead { get; }

    /// <summary>Bytes at the start of a block that are read for next to nothing.</summary>
    int Glance { get; }

    /// <summary>It has a command for erasing everything that works.</summary>
    bool CanEraseAll { get; }

    /// <summary>Makes checksums of its memory itself; null where it has no such command.</summary>
    IRomChecksum? Checksum { get; }

    /// <summary>What is read carries no checksum on its way: a byte that is not as it should be is to be read again before it is believed.</summary>
    bool ReadsUnchecked { get; }

    void Read(Address from, Span<byte> into);

    /// <summary>Programs erased flash. Whole words only.</summary>
    /// <param name="limit">How long one block of <see cref="Block"/> bytes may take the flash.</param>
    void Write(Address to, ReadOnlySpan<byte> data, TimeSpan limit);

    /// <summary>Erases sectors in order, and tells of each.</summary>
    /// <param name="sectors">Numbered as they follow one another from the start of the flash.</param>
    /// <param name="limit">How long one of them may take the flash.</param>
    void Erase(IReadOnlyList<FlashSector> sectors, Func<FlashSector, TimeSpan> limit, Action<FlashSector> erased, CancellationToken cancel);

    void EraseAll(TimeSpan limit);

    /// <summary>Lets the program at its vector table go, and the loader with it.</summary>
    /// <returns>False where the loader was still there afterwards.</returns>
    bool Start(Address program);
}
