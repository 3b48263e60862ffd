using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>A source of clock.</summary>
internal enum Clock
{
    Hsi,
    Hse,
    Msi,
    Pll,
    Lsi,
    Lse,

    /// <summary>Any other that can be switched on and waited for: HSI48, CSI, a PLL of a peripheral.</summary>
    Other,
}

/// <summary>An oscillator or PLL: the bit that starts it, and the bit that tells that it runs.</summary>
/// <param name="Register">Offset of the register with both bits.</param>
/// <param name="StartUp">Nanoseconds, the typical ones of the data sheet.</param>
/// <param name="Bypass">The bit that says a clock comes in from outside ready-made, where there is one.</param>
internal sealed record Oscillator(Clock Clock, uint Register, int On, int Ready, long StartUp, int? Bypass = null)
{
    public uint OnMask => 1u << On;

    public uint ReadyMask => 1u << Ready;
}

/// <summary>Which clock SYSCLK is taken from.</summary>
/// <param name="Status">Position of the field that tells what is in use.</param>
/// <param name="Sources">By the value of the field; null for a value that chooses nothing.</param>
internal sealed record ClockSwitch(uint Register, int Field, int Status, int Bits, IReadOnlyList<Clock?> Sources);

/// <summary>A divider whose field counts as the AHB's (HPRE, 4 bits) or an APB's (PPRE, 3 bits) does.</summary>
internal sealed record Divider(uint Register, int Field);

/// <summary>Where RCC remembers what caused the last reset.</summary>
/// <param name="Mask">All flags.</param>
/// <param name="Remove">RMVF, which clears them.</param>
/// <param name="Flags">What each source sets; a brown-out sets what power-on does, where it has no flag of its own. An internal source also pulls the pin, and sets what <see cref="ResetSource.Pin"/> sets.</param>
internal sealed record ResetFlags(uint Register, uint Mask, int Remove, IReadOnlyDictionary<ResetSource, uint> Flags);

/// <summary>Registers that only the loss of VBAT or their own reset bit clears.</summary>
internal sealed record BackupDomain(uint Register, int Reset);

/// <summary>Reset and clock control of a series: what of it is more than registers that keep what is written.</summary>
internal sealed record RccDescription
{
    public required uint At { get; init; }

    public uint Size { get; init; } = 0x400;

    /// <summary>Registers that are not 0 after a reset.</summary>
    public required IReadOnlyList<(uint Offset, uint Value)> ResetValues { get; init; }

    public required IReadOnlyList<Oscillator> Oscillators { get; init; }

    public required ClockSwitch Switch { get; init; }

    public required Divider Ahb { get; init; }

    public required Divider Apb1 { get; init; }

    /// <summary>The same as <see cref="Apb1"/> on lines with one APB.</summary>
    public required Divider Apb2 { get; init; }

    /// <summary>Hertz of a clock under the present registers.</summary>
    public required Func<ClockRegisters, Clock, long> Hertz { get; init; }

    public required ResetFlags ResetFlags { get; init; }

    public BackupDomain? Backup { get; init; }

    /// <summary>Pairs of a reset register and the enable register with the same bits: AHB1RSTR and AHB1ENR.</summary>
    public IReadOnlyList<(uint Reset, uint Enable)> PeripheralResets { get; init; } = [];
}

/// <summary>The registers of RCC while a frequency is computed from them.</summary>
internal readonly struct ClockRegisters(uint[] registers, long hseHertz)
{
    /// <summary>The clock at OSC_IN; 0 where the board has none.</summary>
    public long HseHertz => hseHertz;

    public uint this[uint offset] => registers[offset / 4];

    public uint Field(uint offset, int shift, int bits) => (registers[offset / 4] >> shift) & ((1u << bits) - 1);
}
