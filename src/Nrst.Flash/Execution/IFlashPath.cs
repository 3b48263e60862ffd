namespace Nrst.Flash;

/// <summary>A way to get at the flash: through the loader in target RAM, or register by register.</summary>
internal interface IFlashPath
{
    bool UsesLoader { get; }

    /// <summary>How whole rows are programmed on this path; null where they are not.</summary>
    FlashRows? Rows { get; }

    /// <summary>Compares sectors with what is wanted of them.</summary>
    /// <param name="present">The bytes of each run with its holes filled by what the chip holds there.</param>
    /// <param name="everything">Also what the image does not speak of; else a slow path may read no further than it takes to know what to do.</param>
    IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel);

    /// <summary>Whether there is nothing in these sectors at all.</summary>
    /// <param name="erased">They should be blank; else nobody knows.</param>
    bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel);

    /// <summary>Tells what an earlier job left behind, erases and programs. The flash must not be write-protected where this works.</summary>
    /// <param name="massErase">Everything at once, before anything is programmed.</param>
    void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel);

    /// <summary>
    /// Tells which expectations the chip's own hash confirms; null where this path has no such hash. The last that is asked of a path: only
    /// <see cref="End"/> and <see cref="Abandon"/> may follow.
    /// </summary>
    IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel);

    /// <summary>Makes sure that the next read sees the flash and no cache.</summary>
    void ForgetCaches();

    /// <summary>Time spent erasing so far.</summary>
    TimeSpan ErasedFor { get; }

    /// <summary>Leaves the flash locked and the core halted.</summary>
    void End();

    /// <summary>The same after a failure; throws nothing.</summary>
    void Abandon();
}
