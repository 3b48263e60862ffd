namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

/// <summary>What differs between the controllers that program double words: L4, G4, G0, C0, and those built like them.</summary>
internal sealed record DoubleWordTraits
{
    /// <summary>Every register of the block; the option registers among them once more in <see cref="Options"/>.</summary>
    public required IReadOnlyList<FlashRegister> Registers { get; init; }

    /// <summary>The option registers, in the order in which their words are kept.</summary>
    public required IReadOnlyList<OptionRegister> Options { get; init; }

    public uint Keyr { get; init; } = 0x08;

    public uint Optkeyr { get; init; } = 0x0C;

    public uint Sr { get; init; } = 0x10;

    public uint Cr { get; init; } = 0x14;

    /// <summary>ECC register of each bank; none where the line has no such register.</summary>
    public uint[] Eccr { get; init; } = [0x18];

    /// <summary>The bit of ECCR that says it was bank 2; -1 where none does.</summary>
    public int EccBankBit { get; init; } = -1;

    /// <summary>Bytes that the address in ECCR counts.</summary>
    public uint EccAddressUnit { get; init; } = 8;

    public uint Optr { get; init; } = 0x20;

    /// <summary>Bytes of a row for fast programming.</summary>
    public int Row { get; init; } = 256;

    /// <summary>Nanoseconds in which the next double word of a row must come.</summary>
    /// <remarks>"Around 2 x 25 us" in RM0440, of the STM32G4; taken for the L4, the WB and the WL too, of which no figure was at hand.</remarks>
    public long RowGap { get; init; } = 50_000;

    /// <summary>Rows can follow the erase of their page; else the bank must have been erased as a whole.</summary>
    public bool RowsFollowPageErase { get; init; }

    /// <summary>The BSY bits of SR, bank after bank; one where both banks share it.</summary>
    public IReadOnlyList<uint> Busy { get; init; } = [1u << 16];

    /// <summary>SR.CFGBSY: set from the first word of a double word, or from STRT, to the end; 0 where there is none.</summary>
    public uint ConfigurationBusy { get; init; }

    /// <summary>CR.BKER; 0 where there is one bank.</summary>
    public uint BankSelect { get; init; }

    /// <summary>CR.MER2; 0 where there is one bank.</summary>
    public uint MassErase2 { get; init; }

    /// <summary>Width of CR.PNB, which starts at bit 3.</summary>
    public int PageBits { get; init; } = 8;

    /// <summary>Where the flag stands that the first word of the flash was erased when the option bytes were loaded.</summary>
    public EmptyFlag? Empty { get; init; }

    /// <summary>Write-protected areas: one register each with first page in the low and last page in the high half.</summary>
    public IReadOnlyList<ProtectedArea> WriteProtected { get; init; } = [];

    /// <summary>Areas of which only code can be fetched.</summary>
    public IReadOnlyList<CodeArea> CodeOnly { get; init; } = [];

    /// <summary>The register whose bit 31, PCROP_RDP, gives the code areas up when the read protection is lifted.</summary>
    public uint? CodeAreaErase { get; init; }

    /// <summary>Pages at the beginning of a bank that a bit of CR shuts off until the next reset.</summary>
    public IReadOnlyList<SecurableArea> Securable { get; init; } = [];

    /// <summary>Pages at the end of the flash that belong to a second CPU; null on the lines without one.</summary>
    public OtherCpuPages? OtherCpu { get; init; }

    /// <summary>OPTR.IWDG_SW and WWDG_SW.</summary>
    public int IwdgSoftware { get; init; } = 16;

    public int WwdgSoftware { get; init; } = 19;

    /// <summary>BOOT_LOCK: together with read protection it closes the debug port.</summary>
    public (uint Register, int Bit)? BootLock { get; init; }

    /// <summary>Position of OPTR.NRST_MODE: 1 is an input alone, 2 a GPIO, 3 both ways; null where the pin is always NRST.</summary>
    public int? ResetMode { get; init; }

    /// <summary>OPTR.nSWAP_BANK: a zero exchanges the banks; null where they are not exchanged.</summary>
    public int? NoSwap { get; init; }

    /// <summary>ACR.PES and SR.PESD: somebody keeps operations from being carried out; 0 where there is no such thing.</summary>
    public (uint Ask, uint Status) Suspend { get; init; }

    /// <summary>ACR.DBG_SWEN, which firmware can clear to cut a debugger off; 0 where there is none.</summary>
    public uint DebugEnable { get; init; }

    /// <summary>Which memory OPTR and the BOOT0 pin boot from.</summary>
    public Func<uint, bool, BootMemory> Boot { get; init; } = (_, pin) => pin ? BootMemory.System : BootMemory.Main;
}

internal enum BootMemory
{
    Main,
    System,
    Sram,
}

/// <summary>An option register.</summary>
/// <param name="Factory">As it leaves the factory.</param>
/// <param name="Writable">The bits that OPTSTRT programs.</param>
internal sealed record OptionRegister(uint Offset, uint Factory, uint Writable);

/// <param name="Toggles">A written 1 turns it round (PEMPTY of the L4); else it takes what is written.</param>
internal sealed record EmptyFlag(uint Register, int Bit, bool Toggles);

/// <param name="Bits">Width of the page numbers.</param>
internal sealed record ProtectedArea(uint Register, int Bank, int Bits);

/// <param name="Unit">Bytes that the numbers count.</param>
internal sealed record CodeArea(uint Start, uint End, int Bank, uint Unit, int Bits);

/// <param name="Shut">The bit of CR: once set, it stays until a reset.</param>
/// <param name="Register">The option register with the number of pages.</param>
internal sealed record SecurableArea(uint Shut, uint Register, int Shift, int Bits, int Bank);

/// <summary>OPTR.ESE says that there is security at all.</summary>
/// <param name="Register">SFR, with the first page (SFSA) from bit 0 on.</param>
/// <param name="None">The bit of it that says that no page is secure (FSD).</param>
internal sealed record OtherCpuPages(uint Register, int Bits, int None);
