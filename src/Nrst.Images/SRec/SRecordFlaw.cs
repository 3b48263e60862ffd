namespace Nrst.Images.SRec;

/// <summary>One member per rule of the format that a file can break.</summary>
internal enum SRecordFlaw
{
    None,

    /// <summary>A line begins with something else than S and a digit.</summary>
    NoS,

    BadDigit,

    /// <summary>Fewer digits than the shortest record of that type has.</summary>
    TooShort,

    /// <summary>The number of digits is not what the record's own byte count calls for.</summary>
    Length,

    Checksum,

    /// <summary>S4 was never given a meaning.</summary>
    Reserved,

    /// <summary>A record of types S5 to S9 carries an address or a count and no data.</summary>
    NoData,

    /// <summary>S5 or S6 counts other than the data records before it.</summary>
    Count,

    /// <summary>Data beyond the last address, 0xFFFF_FFFF.</summary>
    PastTop,

    /// <summary>Something follows the termination record.</summary>
    AfterEnd,

    /// <summary>Neither a termination nor a count in the last line.</summary>
    NoEnd,
}

/// <summary>Which rule was broken, and the numbers that show it. The line is 0 where a single record is looked at.</summary>
internal readonly record struct SRecordFault(SRecordFlaw Flaw, long Found = 0, long Expected = 0, int Column = 0)
{
    public int Line { get; init; }
}
