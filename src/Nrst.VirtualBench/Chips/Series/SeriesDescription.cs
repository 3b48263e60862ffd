using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>What a series of chips has around core and flash, as a table.</summary>
internal sealed record SeriesDescription
{
    public required string Name { get; init; }

    public required RccDescription Rcc { get; init; }

    public required DbgmcuDescription Dbgmcu { get; init; }

    /// <summary>The peripherals with a model. An address of <see cref="PeripheralWindows"/> without one keeps what is written.</summary>
    public required IReadOnlyList<Block> Blocks { get; init; }

    /// <summary>The line of the NVIC that the flash controller pulls.</summary>
    public required int FlashInterrupt { get; init; }

    /// <summary>The core, where the name in the device data does not say it exactly.</summary>
    public CoreKind? Core { get; init; }

    /// <summary>Number of external interrupt lines.</summary>
    public int InterruptLines { get; init; } = 96;

    /// <summary>Where peripherals are.</summary>
    public required IReadOnlyList<(uint Start, uint Length)> PeripheralWindows { get; init; }

    /// <summary>The RCC bit that clocks the flash registers, where there is one.</summary>
    public EnableBit? FlashClock { get; init; }

    /// <summary>Something is seen at address 0: main flash, unless SYSCFG says otherwise. Else the core is told where its vectors are.</summary>
    public bool HasBootAlias { get; init; } = true;

    /// <summary>What a register holds when software has taken the debug pins away, on lines where no GPIO mode does.</summary>
    public (uint At, uint Mask, uint Value)? DebugPinsOff { get; init; }

    /// <summary>Further views of a RAM: the first address seen, its length, and where the cells really are.</summary>
    public IReadOnlyList<(uint At, uint Length, uint Target)> RamAliases { get; init; } = [];

    /// <summary>Addresses with bit 28 set are the secure view of RAM (0x3…) and peripherals (0x5…).</summary>
    public bool HasSecureAliases { get; init; }

    /// <summary>A second core, on the parts that have one.</summary>
    public Func<Part, SecondCore?> Second { get; init; } = _ => null;

    /// <summary>The ports behind the SW-DP, but that of a second core.</summary>
    public IReadOnlyList<PortPlace> Ports { get; init; } = [new(0, PortKind.Core)];
}

/// <summary>What an access port leads to.</summary>
internal enum PortKind
{
    /// <summary>The bus as the core sees it, with the core's own registers.</summary>
    Core,

    /// <summary>The bus as a second core sees it, with that core's own registers.</summary>
    SecondCore,

    /// <summary>The bus without the core's own registers.</summary>
    System,

    /// <summary>Nothing but the debug components: DBGMCU at its address there.</summary>
    Debug,
}

/// <summary>A second core on the same bus.</summary>
internal sealed record SecondCore(CoreKind Kind, PortPlace Port);

/// <summary>One access port.</summary>
/// <param name="Idr">Null for what comes with the core.</param>
/// <param name="Base">Null for what comes with the core.</param>
/// <param name="DbgmcuAt">Where DBGMCU is seen through this port, if elsewhere than on the bus.</param>
internal sealed record PortPlace(byte Number, PortKind Kind, uint? Idr = null, uint? Base = null, uint? DbgmcuAt = null, uint ResetCsw = 0x2300_0002);

/// <summary>A bit of an RCC enable register.</summary>
internal readonly record struct EnableBit(uint Register, int Bit);

/// <param name="At">Where the core sees it: on its private bus (0xE004_2000) or among the peripherals.</param>
/// <param name="Registers">The registers that can be written.</param>
internal sealed record DbgmcuDescription(uint At, IReadOnlyList<DbgmcuRegister> Registers)
{
    /// <summary>A second place at which the bus sees it (H5: 0x4402_4000 besides 0xE004_4000).</summary>
    public uint? AlsoAt { get; init; }

    /// <summary>The freeze bits of the watchdogs.</summary>
    public FreezeBit? Iwdg { get; init; }

    public FreezeBit? Wwdg { get; init; }
}

/// <param name="Freezes">Its bits stop counters, and do nothing else.</param>
internal sealed record DbgmcuRegister(uint Offset, uint Writable, bool Freezes = false);

/// <summary>The bit of DBGMCU that stops a counter while the core is halted.</summary>
internal readonly record struct FreezeBit(uint Register, int Bit);

/// <summary>A peripheral bus, as far as its clock is concerned.</summary>
internal enum Bus
{
    Ahb,
    Apb1,
    Apb2,
}

/// <summary>A modelled block of registers and where it is.</summary>
/// <param name="Enable">The RCC bit that clocks it; null where it always answers.</param>
internal abstract record Block(uint At, EnableBit? Enable);

internal sealed record GpioBlock(char Port, uint At, EnableBit? Enable, GpioKind Kind = GpioKind.Modes) : Block(At, Enable);

internal enum GpioKind
{
    /// <summary>CRL and CRH, as on the F1.</summary>
    Configurations,

    /// <summary>MODER, OTYPER and so on, as on all later lines.</summary>
    Modes,
}

/// <param name="HasIcr">Flags in ISR, cleared in ICR (F0, F3, F7 and all later lines); else SR and DR, as on F1, F2, F4, L1.</param>
internal sealed record UsartBlock(int Number, uint At, EnableBit? Enable, Bus Bus, int Interrupt, bool HasIcr = false) : Block(At, Enable);

/// <param name="Bits">Width of the counter.</param>
/// <param name="Compare">The line of the compare channels where it is one of its own.</param>
internal sealed record TimerBlock(
    int Number, uint At, EnableBit? Enable, Bus Bus, int Bits, int Channels, int Interrupt, int? Compare, FreezeBit? Freeze) : Block(At, Enable);

/// <summary>The independent watchdog.</summary>
internal sealed record IwdgBlock(uint At, bool HasWindow = false) : Block(At, null);

internal sealed record WwdgBlock(uint At, EnableBit? Enable, int Interrupt) : Block(At, Enable);

/// <summary>SYSCFG or what takes its place: the register whose lowest bits choose what is seen at address 0.</summary>
/// <param name="ModeRegister">Null where nothing there changes the boot alias.</param>
internal sealed record SyscfgBlock(uint At, EnableBit? Enable, uint? ModeRegister = 0) : Block(At, Enable);

/// <summary>The first DMA controller.</summary>
internal sealed record DmaBlock(uint At, EnableBit? Enable, bool HasStreams = false) : Block(At, Enable);

/// <summary>Any other block.</summary>
internal sealed record OtherBlock(uint At, EnableBit? Enable, Func<IChipServices, IPeripheral> Make, uint Size = 1024) : Block(At, Enable);
