namespace Nrst.VirtualBench.Chips.Flash.Pecr;

/// <summary>What differs between the lines whose flash is driven through PECR: L0 and L1.</summary>
internal sealed record PecrTraits
{
    /// <summary>Bytes of a half page: 16 words on the L0, 32 on the L1.</summary>
    public required uint HalfPage { get; init; }

    /// <summary>A program over words that are not zero is refused (NOTZEROERR); else the new ones are added to the old.</summary>
    public bool RefusesOverwriting { get; init; }

    /// <summary>A fetch from the flash while a half page is being filled aborts it (FWWERR).</summary>
    public bool AbortsOnFetch { get; init; }

    /// <summary>The bits of ACR that exist.</summary>
    public required uint Acr { get; init; }

    /// <summary>The bits of PECR that exist and do something here.</summary>
    public required uint Pecr { get; init; }

    /// <summary>Those that exist and do nothing here.</summary>
    public uint PecrIdle { get; init; }

    /// <summary>The bits of SR that exist.</summary>
    public required uint Sr { get; init; }

    /// <summary>The name and the bits of the register that shows the first two option words.</summary>
    public required string OptionRegister { get; init; }

    public required uint Optr { get; init; }

    /// <summary>Bit 8 of that register turns the protected sectors round: a zero then keeps a sector from being read as data, and from writes.</summary>
    public required bool HasReadOutSectors { get; init; }

    /// <summary>nBOOT1 is bit 15 of the user option word, and no pin.</summary>
    public bool HasBoot1Option { get; init; }

    /// <summary>The user option word as it leaves the factory.</summary>
    public required ushort User { get; init; }

    /// <summary>The registers of the protected sectors: offset, name, and the bits that exist.</summary>
    public required IReadOnlyList<(uint Offset, string Name, uint Bits)> Wrpr { get; init; }

    /// <summary>The addresses of the option words, from the beginning of the option bytes; two of them for each register of sectors.</summary>
    public required IReadOnlyList<uint> OptionWords { get; init; }

    /// <summary>What the size register says, where it does not say KiB.</summary>
    public ushort? SizeCode { get; init; }
}
