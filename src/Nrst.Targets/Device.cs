namespace Nrst.Targets;

/// <summary>All that nrst knows beforehand of the chips that share one DEV_ID.</summary>
/// <param name="DeviceId">DBGMCU_IDCODE.DEV_ID, 12 bits; on the STM32WB0 the low 12 bits of the part number in JTAG_ID.</param>
/// <param name="Series">As users look for it: <c>STM32F4</c>.</param>
/// <param name="Name">As the maker groups them: <c>STM32F405/407/415/417</c>.</param>
/// <param name="Manual">The reference manual the row was read from.</param>
/// <param name="Core">The processor that runs the flash code: <c>Cortex-M4F</c>.</param>
/// <param name="Dpidr">What the SW-DP answers as DPIDR. Copies and new masks answer otherwise: never a reason to refuse a chip.</param>
/// <param name="Revisions">REV_ID to the letter the maker uses.</param>
/// <param name="OtherMemories">System memory, OTP, option bytes, peripherals …: what an address outside flash, RAM and EEPROM falls into.</param>
public sealed record Device(
    ushort DeviceId,
    string Series,
    string Name,
    string Manual,
    string Core,
    uint Dpidr,
    DebugDescription Debug,
    UniqueIdPlace UniqueId,
    FlashDescription Flash,
    IReadOnlyDictionary<ushort, string> Revisions,
    IReadOnlyList<NamedRange> OtherMemories,
    IReadOnlyList<Part> Parts)
{
    /// <summary>Address of DBGMCU_IDCODE as the memory access port sees it.</summary>
    public Address IdCodeAt => Debug.IdCodes[0].At;

    /// <summary>Address of the first word of the unique id.</summary>
    public Address UniqueIdAt => UniqueId.At;

    /// <summary>Other DEV_IDs that some chips of this kind answer with.</summary>
    public IReadOnlyList<ushort> OtherIds { get; init; } = [];

    /// <summary>HCLK out of reset, in Hz, before any firmware touched the clocks.</summary>
    public required uint ResetHertz { get; init; }

    /// <summary>How to get a faster HCLK than reset leaves; null where that is fast enough, or nobody could say.</summary>
    public FasterClock? FasterClock { get; init; }

    /// <summary>Null where the chip has none.</summary>
    public CrcUnit? Crc { get; init; }

    /// <summary>Some or all of the parts have it; null where none has.</summary>
    public SecondCore? SecondCore { get; init; }

    /// <summary>The option value under which the secure world exists; null where the chip has no TrustZone.</summary>
    public OptionValue? TrustZone { get; init; }

    /// <summary>Where the secure world sees controller, flash and RAM; null where the chip has no TrustZone.</summary>
    public SecureAlias? Secure { get; init; }

    /// <summary>What writes into RAM, or resets the chip, without the core: quieted where nothing resets the whole chip. Empty: nobody could say.</summary>
    public IReadOnlyList<BusMasterReset> BusMasters { get; init; } = [];

    /// <summary>What was shown to work, route by route. Empty: described only.</summary>
    public IReadOnlyList<Evidence> Evidence { get; init; } = [];

    /// <summary>Where sources disagree or the row is less than certain; null where it is not.</summary>
    public string? Note { get; init; }
}

/// <summary>What a debugger finds where.</summary>
/// <param name="AccessPort">Index of the AP that carries the memories.</param>
/// <param name="IdCodes">DBGMCU_IDCODE; first through the memory AP, then other ways to it.</param>
/// <param name="Clock">The bit that clocks DBGMCU, for the lines where reset leaves it off.</param>
/// <param name="LowPower">Bits that keep the debug port alive in Sleep, Stop and Standby.</param>
/// <param name="FreezeWatchdogs">Bits that stop IWDG and WWDG while the core is halted.</param>
public sealed record DebugDescription(
    int AccessPort,
    IReadOnlyList<IdCodePlace> IdCodes,
    RegisterBits? Clock,
    IReadOnlyList<RegisterBits> LowPower,
    IReadOnlyList<RegisterBits> FreezeWatchdogs);

/// <summary>One way to the identity code.</summary>
/// <param name="AccessPort">Index of the AP to read it through.</param>
/// <param name="FromJtagId">The word has the layout of a JTAG id code (STM32WB0): the part number starts at bit 12.</param>
public sealed record IdCodePlace(int AccessPort, Address At, bool FromJtagId)
{
    public ushort DeviceIdOf(uint word) => (ushort)((FromJtagId ? word >> 12 : word) & 0xFFF);

    public ushort RevisionOf(uint word) => (ushort)(FromJtagId ? word >> 28 : word >> 16);
}

/// <summary>From the clock that reset leaves to a faster one, at the supply range that reset leaves too.</summary>
/// <param name="Hertz">HCLK afterwards.</param>
/// <param name="Steps">In order; the old values, last register first, lead back.</param>
public sealed record FasterClock(uint Hertz, IReadOnlyList<ClockStep> Steps)
{
    /// <summary>The registers that the steps change.</summary>
    public IReadOnlyList<Address> Places => [.. Steps.Where(step => !step.Waits).Select(step => step.At).Distinct()];
}

/// <param name="Value">What the masked bits are set to, or waited for.</param>
/// <param name="Waits">Nothing is written: the hardware sets the bits when it is ready.</param>
public sealed record ClockStep(Address At, uint Mask, uint Value, bool Waits);

/// <summary>Bits of one 32-bit register.</summary>
public sealed record RegisterBits(Address At, uint Mask);

/// <summary>A peripheral that goes on by itself when only the core is stopped: DMA, Ethernet, USB, a window watchdog.</summary>
/// <param name="Bits">Its bit in RCC: set and cleared again it resets the peripheral.</param>
/// <param name="ByClock">It has no reset of its own: <paramref name="Bits"/> is its clock enable, which stops it where it is.</param>
public sealed record BusMasterReset(string Name, RegisterBits Bits, bool ByClock);

/// <param name="At">Address of the first word.</param>
/// <param name="Offsets">Offsets of all words from there: 0, 4, 8 nearly everywhere; 0, 4, 0x14 on the STM32L0 and L1.</param>
public sealed record UniqueIdPlace(Address At, IReadOnlyList<uint> Offsets);

/// <summary>The CRC calculation unit.</summary>
/// <param name="Clock">The bit in RCC that clocks it.</param>
/// <param name="Fixed">Polynomial, seed and bit order cannot be chosen: CRC-32/MPEG-2 over words (STM32F1, F2, F4, L1).</param>
public sealed record CrcUnit(Address At, RegisterBits Clock, bool Fixed);

/// <param name="AccessPort">Index of the AP that leads to it.</param>
public sealed record SecondCore(string Core, int AccessPort);

/// <summary>The secure view of a chip with TrustZone.</summary>
/// <param name="RamOffset">What is added to a RAM address to see it from the secure world.</param>
public sealed record SecureAlias(Address Controller, Address FlashStart, uint RamOffset);

/// <summary>What supports the claim that nrst works on these chips by this route.</summary>
/// <param name="Route">How the chip was reached: <c>swd</c>, <c>dfu</c>, <c>uart</c>.</param>
/// <param name="Level"><c>simulated</c> or <c>silicon</c>.</param>
/// <param name="AgreedBy">Clients from elsewhere that came to the same result on the same virtual chip.</param>
public sealed record Evidence(string Route, string Level, IReadOnlyList<string> AgreedBy);

/// <summary>A memory that is not main flash and not RAM, so that an image that touches it can be told so by name.</summary>
public sealed record NamedRange(string Name, AddressRange Range);
