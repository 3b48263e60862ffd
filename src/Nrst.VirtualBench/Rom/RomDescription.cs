using System.Globalization;
using System.Text.Json.Serialization;

namespace Nrst.VirtualBench.Rom;

/// <summary>What one bootloader does otherwise than the application notes say loaders do.</summary>
[Flags]
internal enum RomQuirks
{
    None = 0,

    /// <summary>The baud rate is measured by software: beyond the documented 115200 the first command is not understood.</summary>
    SoftBaud = 1 << 0,

    /// <summary>Written option bytes reset the chip at once.</summary>
    ResetsOnOptions = 1 << 1,

    /// <summary>Under read protection a refused command is answered with two NACKs.</summary>
    TwoNacks = 1 << 2,

    TwoAcksOnConnect = 1 << 3,

    /// <summary>A bad address is met with silence (V3.0, V2.0 of the L1).</summary>
    NoNackForAddress = 1 << 4,

    /// <summary>The first ACK of Go is missing.</summary>
    NoAckOnGo = 1 << 5,

    /// <summary>A read straight behind a write of the same block finds it erased.</summary>
    ReadsErasedAfterWrite = 1 << 6,

    /// <summary>The end of a block that does not fill a flash word is lost.</summary>
    LosesTail = 1 << 7,

    /// <summary>DFU blocks above 256 bytes that are no multiple of 8 are damaged.</summary>
    CorruptsOddBlocks = 1 << 8,

    /// <summary>GETSTATUS before the work is done is answered with STALL.</summary>
    StallsWhileBusy = 1 << 9,

    /// <summary>An erase behind the end of the flash ends the loader.</summary>
    DiesBeyondEnd = 1 << 10,

    /// <summary>An erase in bank 2 is reported busy for ever.</summary>
    Bank2NeverReady = 1 << 11,

    /// <summary>There is no mass erase: the serial loader refuses it, the USB loader goes page by page.</summary>
    NoMassErase = 1 << 12,

    /// <summary>The mass erase of the USB loader is reported done and does nothing (V13.3 of the H7).</summary>
    MassEraseDoesNothing = 1 << 18,

    StallsClearStatus = 1 << 13,

    /// <summary>Asked for the functional descriptor by itself, the loader hangs.</summary>
    HangsOnFunctionalDescriptor = 1 << 14,

    NoReadUnprotect = 1 << 15,

    /// <summary>A chip that was empty at power-on comes back into the loader until it is powered anew.</summary>
    KeepsEmpty = 1 << 16,

    /// <summary>F2, F4 and F7: the host says how much supply there is, and so how much is programmed at a time.</summary>
    DeviceFeature = 1 << 17,

    /// <summary>Get Checksum is one of the serial commands (V3.3).</summary>
    Checksum = 1 << 19,

    /// <summary>Get Checksum takes its length in bytes, and neither polynomial nor initial value.</summary>
    ChecksumInBytes = 1 << 20,

    /// <summary>Get Checksum tells another checksum than that of the memory.</summary>
    ChecksumWrong = 1 << 21,
}

/// <summary>The table of bootloaders as it is written down.</summary>
internal sealed record RomFile(string From, IReadOnlyList<RomRow> Roms);

/// <summary>One bootloader, or several that do not differ here.</summary>
/// <param name="Ids">DEV_IDs, hexadecimal; they are the product ids that the loader tells.</param>
/// <param name="Loader">The identifier in the ROM: interfaces and version.</param>
/// <param name="Protocol">Version of the USART protocol.</param>
/// <param name="UsartMs">From reset to where it listens.</param>
/// <param name="Ram">How much from the beginning of the RAM the loader needs itself.</param>
internal sealed record RomRow(string Ids, string Loader, string Protocol, IReadOnlyList<int> Usarts, double UsartMs, string Ram)
{
    /// <summary>Where the identifier is.</summary>
    public string? LoaderAt { get; init; }

    /// <summary>Where the ROM begins, where the device data does not tell.</summary>
    public string? System { get; init; }

    /// <summary>The commands that Get lists, hexadecimal; null for those of the version.</summary>
    public string? Commands { get; init; }

    public string? Quirks { get; init; }

    public DfuRow? Dfu { get; init; }
}

/// <param name="Ms">From reset to where the device is on the bus.</param>
/// <param name="Alts">The strings of the alternate settings; see the head of the file.</param>
internal sealed record DfuRow(int Ms, IReadOnlyList<string> Alts)
{
    /// <summary>Built on the maker's later USB library: USB 2.0, blocks of 1 KiB.</summary>
    public bool Library { get; init; }

    public string? BcdDevice { get; init; }

    public int? Transfer { get; init; }

    public string? Product { get; init; }

    /// <summary>Where every chip has the same; null where it comes from the unique id.</summary>
    public string? Serial { get; init; }

    /// <summary>String numbers that nobody uses, between the serial number and the first alternate setting.</summary>
    public int StringGap { get; init; }

    /// <summary>The poll time of a mass erase, where it is not the time the erase takes.</summary>
    public int? MassPollMs { get; init; }

    /// <summary>What a segment would be, and how it is really written.</summary>
    public IReadOnlyList<string>? Written { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RomFile))]
internal sealed partial class RomJson : JsonSerializerContext;

/// <summary>How numbers are written in the table.</summary>
internal static class RomNotation
{
    public static uint Number(string text) => uint.Parse(
        text.Replace("_", "", StringComparison.Ordinal).AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
