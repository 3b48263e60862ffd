using Nrst.Arm;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst.Diagnosis;

/// <summary>What was seen of one board. Null, or empty: not looked at, or it could not be.</summary>
public sealed record BoardObservations
{
    public required JobTrail Job { get; init; }
    public ProbeIdentity? Probe { get; init; }

    /// <summary>The part that the user said it is; null where nothing was said.</summary>
    public string? Named { get; init; }

    /// <summary>Volts on the target's supply pin: before anything was asked of the chip, and after it had worked.</summary>
    public IReadOnlyList<double> Volts { get; init; } = [];

    /// <summary>How many transfers went wrong, at clocks from fast to slow.</summary>
    public IReadOnlyList<WireSample> Wire { get; init; } = [];

    /// <summary>The debug port answers while the chip does what it does.</summary>
    public bool Answers { get; init; }

    /// <summary>What attaching met where it does not.</summary>
    public NrstException? Silence { get; init; }

    public Dpidr? DebugPort { get; init; }

    public IReadOnlyList<AccessPortSeen> AccessPorts { get; init; } = [];

    public CoreSeen? Core { get; init; }
    public ChipSeen? Chip { get; init; }
    public FlashSeen? Flash { get; init; }

    /// <summary>Words of RAM that change while the core stands still.</summary>
    public IReadOnlyList<Address> RamWrittenWhileHalted { get; init; } = [];

    public ResetSeen? Reset { get; init; }

    /// <summary>What examiners could not look at, and why.</summary>
    public IReadOnlyList<string> NotSeen { get; init; } = [];

    /// <summary>The chip's line; null where nobody knows it.</summary>
    public string? Series => Chip?.Device?.Series ?? Job.Device?.Series ?? (Named is { } name ? DeviceDatabase.FindPart(name)?.Device.Series : null);

    public double? Highest => Volts.Count > 0 ? Volts.Max() : null;
    public double? Lowest => Volts.Count > 0 ? Volts.Min() : null;
}

/// <summary>Transfers at one SWD clock, and how many of them were lost or wrong. No transfers: the port did not answer at all.</summary>
public readonly record struct WireSample(int Kilohertz, int Transfers, int Errors);

/// <param name="Identity">IDR; zero where there is no such port.</param>
/// <param name="ReachesCore">A CPUID was read through it.</param>
/// <param name="Refusal">What reading through it met instead.</param>
public sealed record AccessPortSeen(int Number, ApIdr Identity, bool ReachesCore, string? Refusal);

/// <summary>The core as it was found: before anybody touched its debug registers.</summary>
/// <param name="Resets">How often S_RESET_ST was set in the looks at DHCSR, without anybody asking for a reset.</param>
/// <param name="Breakpoints">Comparators of the breakpoint unit that were enabled.</param>
/// <param name="Catches">DEMCR as it was found.</param>
/// <param name="Pcs">Program counters seen, without halting; empty where the core cannot say.</param>
public sealed record CoreSeen(
    CoreIdentity Identity, int AccessPort, bool WasDebugged, bool IsHalted, bool IsLockedUp, bool IsSleeping, bool IsInReset, int Looks, int Resets,
    int Breakpoints, uint Catches, IReadOnlyList<Address> Pcs, string? Faults)
{
    /// <summary>DHCSR.S_SDE: a debugger may see the secure world. Meaningless without TrustZone.</summary>
    public bool SecureDebug { get; init; }
}

/// <summary>Who the chip says it is.</summary>
/// <param name="Device">Null where it is none that nrst knows.</param>
/// <param name="Designer">JEP106 code of the ROM table, bank in 10:7; null where there was none to read.</param>
/// <param name="SizeKiB">What the size register says; null where that is no size.</param>
public sealed record ChipSeen(Device? Device, NrstException? Problem, int? Designer, int? SizeKiB, uint? SizeWord)
{
    public IReadOnlyList<OptionReading> Options { get; init; } = [];
    public FlashProtection? Protection { get; init; }

    /// <summary>Names of the RCC reset flags that are set.</summary>
    public IReadOnlyList<string> ResetFlags { get; init; } = [];

    /// <summary>Bits of DBGMCU that keep clocks alive or watchdogs still, as they were found.</summary>
    public IReadOnlyList<string> DebugBits { get; init; } = [];

    /// <summary>IWDG_RLR and IWDG_PR as a time, where the program has set them; null where they are as a reset leaves them.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>FLASH_ACR as it stands, where that could be read.</summary>
    public uint? AccessControl { get; init; }

    /// <summary>The option value that exchanges the banks is set; null where the chip has none.</summary>
    public bool? BanksSwapped { get; init; }

    public uint? Option(string name) => Options.FirstOrDefault(option => option.Name == name)?.Value;
}

/// <summary>The flash as it reads.</summary>
/// <param name="Bytes">How many bytes were read, several times each.</param>
/// <param name="Unstable">Words that read differently for no reason: once so, and later as before.</param>
/// <param name="Written">Words that changed between two looks and stayed so, while nobody but the program could write.</param>
/// <param name="Unreadable">Where reading faults.</param>
/// <param name="UnstableSectors">Sectors with unstable words, of <paramref name="Sectors"/> that were looked at.</param>
public sealed record FlashSeen(
    int Bytes, IReadOnlyList<Address> Unstable, IReadOnlyList<Address> Written, IReadOnlyList<Address> Unreadable, int UnstableSectors, int Sectors)
{
    /// <summary>The first words: initial stack pointer, reset vector, …</summary>
    public IReadOnlyList<uint> Vectors { get; init; } = [];

    public bool IsBlank { get; init; }

    /// <summary>What the controller still shows of an earlier job; null where it is clean.</summary>
    public JobEvent.Repaired? Leftover { get; init; }

    /// <summary>FLASH_ECCR with ECCD set, on the lines that tell wrong words so and do not fault; null elsewhere.</summary>
    public uint? EccRegister { get; init; }

    /// <summary>Nothing above this address can be read, and the size register says that there is flash.</summary>
    public Address? EndsAt { get; init; }
}

/// <summary>What the two ways to reset the chip do. Looked at only where the chip may be reset, or cannot be reached otherwise.</summary>
/// <param name="PinWorks">S_RESET_ST follows NRST; null where that was not tried.</param>
/// <param name="PinRise">From letting go of NRST until the chip was out of reset.</param>
/// <param name="AnswersWhileLow">The debug port answers while NRST is held low.</param>
/// <param name="RequestWorks">SYSRESETREQ resets the chip; null where that was not tried.</param>
public sealed record ResetSeen(bool? PinWorks, TimeSpan? PinRise, bool? AnswersWhileLow, bool? RequestWorks)
{
    /// <summary>The chip stays in reset although nobody on this side holds NRST.</summary>
    public bool StaysInReset { get; init; }
}
