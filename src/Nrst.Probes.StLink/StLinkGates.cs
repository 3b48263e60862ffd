namespace Nrst.Probes.StLink;

/// <summary>From which firmware on a probe can do what. All version numbers of this driver stand here.</summary>
/// <remarks>A generation after V3 is taken for a V3 with everything.</remarks>
internal sealed class StLinkGates(StLinkVersion version)
{
    // Below these the debug port's registers cannot be reached (V2), or switching the wire locks the probe up (V3).
    public const int OldestV2 = 24;
    public const int OldestV3 = 3;

    private const int HalfWordsV2 = 26;
    private const int InitApV2 = 28;
    private const int WordBatchV2 = 32;

    // V3 firmware before J8 crashes or fails on byte accesses of more than 64 or 255 bytes, depending on its age.
    private const int LongBytesV3 = 8;

    public bool IsOldEnoughToRefuse => version.Hardware switch
    {
        < 2 => true,
        2 => version.Jtag < OldestV2,
        3 => version.Jtag < OldestV3,
        _ => false,
    };

    public bool HasFrequencyList => version.Hardware >= 3;
    public bool HasHalfWords => IsV3OrV2From(HalfWordsV2);
    public bool HasInitAp => IsV3OrV2From(InitApV2);
    public bool HasWordBatch => IsV3OrV2From(WordBatchV2);

    /// <summary>Items one batch may have; longer ones are split.</summary>
    public int BatchItems => version.Hardware >= 3 ? 1227 : 64;

    /// <summary>Bytes one command moves in words or half-words.</summary>
    public const int LongestBlock = 6144;

    /// <summary>Bytes one command moves in bytes.</summary>
    public int LongestByteBlock => version.Hardware > 3 || version.Hardware == 3 && version.Jtag >= LongBytesV3 ? 512 : 64;

    private bool IsV3OrV2From(int jtag) => version.Hardware >= 3 || version.Jtag >= jtag;
}
