namespace Nrst.VirtualBench.Chips.Flash.Fpec;

/// <summary>What differs between the lines whose flash is programmed in half-words: F1, F1 XL, F0, F3.</summary>
internal sealed record FpecTraits
{
    /// <summary>RDP that leaves the flash open: 0xA5 on the F1, 0xAA on F0 and F3.</summary>
    public byte Open { get; init; } = 0xA5;

    /// <summary>RDP = 0xCC closes the debug port for good.</summary>
    public bool HasLevel2 { get; init; }

    /// <summary>nBOOT1 is an option bit, and no pin.</summary>
    public bool HasBoot1Option { get; init; }

    /// <summary>The user byte has BOOT_SEL and nBOOT0.</summary>
    public bool HasBootSelection { get; init; }

    /// <summary>CR.OBL_LAUNCH; without it every system reset loads the option bytes.</summary>
    public bool HasOblLaunch { get; init; }

    /// <summary>Read protection write-protects the first 4 KiB as well.</summary>
    public bool GuardsTheFirstPages { get; init; }

    /// <summary>The bits of ACR that exist.</summary>
    public uint Acr { get; init; } = 0x3F;

    public uint AcrReset { get; init; } = 0x30;

    /// <summary>The bits of OBR that exist.</summary>
    public uint Obr { get; init; } = 0x03FF_FC1F;

    /// <summary>Where RDPRT starts in OBR, and how wide it is.</summary>
    public int RdprtBits { get; init; } = 1;

    /// <summary>Where the user byte starts in OBR.</summary>
    public int UserAt { get; init; } = 2;

    public int Data0At { get; init; } = 10;

    public int Data1At { get; init; } = 18;

    /// <summary>The bits of WRPR that exist.</summary>
    public uint Wrpr { get; init; } = uint.MaxValue;

    /// <summary>Banks, each with KEYR, SR, CR and AR of its own, 0x40 behind those of the bank before.</summary>
    public int Banks { get; init; } = 1;
}
