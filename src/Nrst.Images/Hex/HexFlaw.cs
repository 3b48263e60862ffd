namespace Nrst.Images.Hex;

/// <summary>One member per rule of the format that a file can break.</summary>
internal enum HexFlaw
{
    None,

    /// <summary>A line begins with something else than a colon.</summary>
    NoColon,

    BadDigit,

    /// <summary>Fewer digits than the shortest record has.</summary>
    TooShort,

    /// <summary>The number of digits is not what the record's own byte count calls for.</summary>
    Length,

    Checksum,
    UnknownType,

    /// <summary>A record of types 01 to 05 has a fixed number of bytes.</summary>
    TypeLength,

    /// <summary>Data beyond the last address, 0xFFFF_FFFF.</summary>
    PastTop,

    /// <summary>Something follows the End of File record.</summary>
    AfterEnd,

    /// <summary>No End of File record.</summary>
    NoEnd,
}

/// <summary>Which rule was broken, and the numbers that show it. The line is 0 where a single record is looked at.</summary>
internal readonly record struct HexFault(HexFlaw Flaw, long Found = 0, long Expected = 0, int Column = 0)
{
    public int Line { get; init; }
}
