namespace Nrst.Images.Dfu;

/// <summary>One member per rule of the format that a file can break.</summary>
internal enum DfuFlaw
{
    None,

    /// <summary>The file does not end with a DFU suffix.</summary>
    NoSuffix,

    Crc,

    /// <summary>bcdDFU of the suffix is not 0x011A.</summary>
    DfuVersion,

    /// <summary>The version in the prefix is not 1.</summary>
    FormatVersion,

    /// <summary>DFUImageSize is not the size of the file without its suffix.</summary>
    ImageSize,

    /// <summary>A target does not begin with its signature.</summary>
    TargetSignature,

    /// <summary>A target's elements do not fill its size exactly.</summary>
    TargetSize,

    /// <summary>A header, or the data it announces, reaches past what contains it.</summary>
    Truncated,

    /// <summary>Bytes follow the last target.</summary>
    Surplus,

    /// <summary>An element reaches beyond the last address, 0xFFFF_FFFF.</summary>
    PastTop,
}

/// <summary>Which rule was broken, at which offset in the file, and the numbers that show it.</summary>
internal readonly record struct DfuFault(DfuFlaw Flaw, int Offset = 0, long Found = 0, long Expected = 0);
