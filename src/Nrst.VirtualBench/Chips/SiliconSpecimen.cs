namespace Nrst.VirtualBench.Chips;

/// <summary>Silicon that is not what is printed on it. The default is the maker's.</summary>
internal sealed record SiliconSpecimen
{
    /// <summary>Another DPIDR than the maker's; null for his.</summary>
    public uint? Dpidr { get; init; }

    /// <summary>Another designer and part in the first ROM table: PIDR3..PIDR0 and PIDR4.</summary>
    public (uint Peripheral, uint Continuation)? RomTableId { get; init; }

    /// <summary>Another maker's microcontroller altogether: nothing of this one's peripherals and flash registers is there.</summary>
    public bool IsForeign { get; init; }

    /// <summary>What the size register says instead of the size.</summary>
    public ushort? SizeRegister { get; init; }

    /// <summary>The cells end at half of the size that the size register tells.</summary>
    public bool HasHalfTheFlash { get; init; }
}
