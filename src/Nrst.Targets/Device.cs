namespace Nrst.Targets;

/// <summary>All that nrst knows beforehand of the chips that share one DEV_ID.</summary>
/// <param name="DeviceId">DBGMCU_IDCODE.DEV_ID, 12 bits.</param>
/// <param name="Name">As the maker groups them: <c>STM32F405/407/415/417</c>.</param>
/// <param name="Manual">The reference manual the row was read from.</param>
/// <param name="Core">The processor: <c>Cortex-M4F</c>.</param>
/// <param name="Dpidr">What the SW-DP answers as DPIDR.</param>
/// <param name="IdCodeAt">Address of DBGMCU_IDCODE.</param>
/// <param name="UniqueIdAt">Address of the 96-bit unique id.</param>
/// <param name="Revisions">REV_ID to the letter the maker uses.</param>
public sealed record Device(
    ushort DeviceId,
    string Name,
    string Manual,
    string Core,
    uint Dpidr,
    Address IdCodeAt,
    Address UniqueIdAt,
    FlashDescription Flash,
    IReadOnlyDictionary<ushort, string> Revisions,
    IReadOnlyList<NamedRange> OtherMemories,
    IReadOnlyList<Part> Parts);

/// <summary>The flash controller of a device and the numbers a driver takes from data instead of from code.</summary>
/// <param name="Driver">Name of the controller generation: <c>stm32f4</c>.</param>
/// <param name="Controller">Base address of the FLASH registers.</param>
/// <param name="SizeFrom">Address of the 16-bit flash size in KiB.</param>
/// <param name="ErasedValue">What a byte reads after an erase.</param>
/// <param name="DualBank">The controller has a second bank: MER1, OPTCR1, and SNB 0x10 upwards for it.</param>
public sealed record FlashDescription(
    string Driver, Address Controller, Address Start, Address SizeFrom, byte ErasedValue, bool DualBank, FlashTimes Times);

/// <summary>Typical and longest times from the data sheet, per programming parallelism.</summary>
/// <param name="ProgramTypical">One programming access, whatever its width.</param>
public sealed record FlashTimes(TimeSpan ProgramTypical, TimeSpan ProgramMax, IReadOnlyList<EraseTime> Erase, IReadOnlyList<EraseTime> BankErase);

/// <param name="Bits">Parallelism: 8, 16 or 32.</param>
/// <param name="UnitKiB">Size of the erase unit; for a bank erase the size of the bank that the figure was given for.</param>
public sealed record EraseTime(int Bits, int UnitKiB, TimeSpan Typical, TimeSpan Max);

/// <summary>One part number without package and temperature letters: <c>STM32F407VG</c>.</summary>
/// <param name="Layouts">Possible sector maps; the first is what the chip has with factory option bytes.</param>
public sealed record Part(string Name, int FlashKiB, IReadOnlyList<BankedLayout> Layouts, IReadOnlyList<RamRegion> Ram);

/// <summary>A sector map and when it holds.</summary>
/// <param name="When">Null where it always holds, else the option bit that chooses it: <c>DB1M=1</c>.</param>
public sealed record BankedLayout(string? When, IReadOnlyList<FlashBank> Banks)
{
    public IEnumerable<FlashSector> Sectors => Banks.SelectMany(bank => bank.Layout.Sectors);

    /// <summary>The whole flash from its first to its last byte.</summary>
    public AddressRange Range => new(Banks[0].Layout.Sectors[0].Range.Start, (uint)Sectors.Sum(sector => sector.Range.Length));
}

/// <param name="Number">1 or 2, as the manual counts.</param>
public sealed record FlashBank(int Number, FlashLayout Layout);

/// <param name="Executes">Code can run from it (the CCM of an STM32F4 cannot).</param>
public sealed record RamRegion(string Name, AddressRange Range, bool Executes);

/// <summary>A memory that is not main flash and not RAM, so that an image that touches it can be told so by name.</summary>
public sealed record NamedRange(string Name, AddressRange Range);
