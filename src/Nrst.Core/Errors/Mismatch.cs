namespace Nrst;

/// <summary>What a failed proof looks like, judged by the bytes alone.</summary>
public enum MismatchKind
{
    /// <summary>None of the others: another program, or damage without a pattern. NRST5001.</summary>
    Unexplained,

    /// <summary>What was there before is there still: neither erased nor programmed. NRST5101.</summary>
    OldContents,

    /// <summary>The old contents and the new ones on top of each other: programmed without having been erased. NRST5102.</summary>
    NotErased,

    /// <summary>Reads as an erase leaves it: not programmed. NRST5103.</summary>
    Blank,

    /// <summary>What belongs here lies at the same place of the other bank. NRST5104.</summary>
    OtherBank,

    /// <summary>The right bytes at wrong places: some were lost, or came twice. NRST5105.</summary>
    Moved,

    /// <summary>Reads differently the second time: the signals or the supply. NRST5106.</summary>
    Unsteady,

    /// <summary>The running program writes into its own flash. NRST5107.</summary>
    Rewritten,

    /// <summary>The flash ends sooner than the chip says. NRST5108.</summary>
    BeyondFlash,

    /// <summary>A few bits, or one flash word, do not take what they get. NRST5109.</summary>
    StuckCells,

    /// <summary>Words whose error code is wrong, so that the bus refuses to read them. NRST5110.</summary>
    Unreadable,

    /// <summary>Some bits of a sector did not come back with its erase. NRST5111.</summary>
    PartlyErased,
}

/// <summary>Everything that a proof found to be different, and what kind of difference that is.</summary>
/// <param name="Ranges">Lowest address first. Places that at most fifteen right bytes keep apart are one range.</param>
/// <param name="BytesDifferent">Bytes that are not as they should be. Those that cannot be read count.</param>
/// <param name="BytesCompared">Bytes that were looked at, right or wrong.</param>
/// <param name="RereadsDiffer">A second look at what differs saw something else than the first.</param>
public sealed record Mismatch(
    MismatchKind Kind, IReadOnlyList<AddressRange> Ranges, long BytesDifferent, long BytesCompared, bool RereadsDiffer)
{
    /// <summary>What the bus refuses to read, in words of the flash. Part of <see cref="Ranges"/>.</summary>
    public IReadOnlyList<AddressRange> Unreadable { get; init; } = [];

    /// <summary>For <see cref="MismatchKind.Moved"/>: how many bytes too high the first piece lies; negative where it lies too low.</summary>
    public int? MovedBy { get; init; }

    /// <summary>For <see cref="MismatchKind.BeyondFlash"/>: the first address behind the flash that there really is.</summary>
    public Address? FlashEnd { get; init; }

    /// <summary>Bits that are as programming leaves them and should be as an erase does.</summary>
    public long BitsTooMany { get; init; }

    /// <summary>Bits that are as an erase leaves them and should be programmed.</summary>
    public long BitsMissing { get; init; }
}
