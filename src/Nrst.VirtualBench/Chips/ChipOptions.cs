using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Chips;

/// <summary>Which column of the data sheet's flash times a chip follows.</summary>
internal enum FlashTimeColumn : byte
{
    Typical,
    Max,
}

/// <summary>What distinguishes one specimen of a part from another, and the board it sits on.</summary>
internal sealed record ChipOptions
{
    /// <summary>Volts on VDD.</summary>
    public double SupplyVolts { get; init; } = 3.3;

    public FlashTimeColumn FlashTimes { get; init; } = FlashTimeColumn.Typical;

    /// <summary>The 96-bit unique id, lowest address first.</summary>
    public IReadOnlyList<byte> UniqueId { get; init; } = [0x2A, 0x00, 0x37, 0x00, 0x11, 0x51, 0x36, 0x30, 0x34, 0x31, 0x39, 0x38];

    /// <summary>DBGMCU_IDCODE.REV_ID; null for the newest revision known of the device.</summary>
    public ushort? Revision { get; init; }

    /// <summary>Hertz of the clock at OSC_IN, null where the board has none.</summary>
    public long? HseHertz { get; init; } = 8_000_000;

    public ResetWiring Reset { get; init; } = new();

    public SupplyWiring Supply { get; init; } = new();

    public SiliconSpecimen Silicon { get; init; } = new();

    public FlashSpecimen Flash { get; init; } = new();

    /// <summary>Memory behind the external bus never answers, and the bus waits for it.</summary>
    public bool ExternalMemoryHangs { get; init; }

    /// <summary>How often something on the board pulses a wake-up pin; null for never.</summary>
    public long? WakePulseNanoseconds { get; init; }

    /// <summary>What is wrong with the bootloader.</summary>
    public Rom.RomFaults Rom { get; init; } = Nrst.VirtualBench.Rom.RomFaults.None;
}
