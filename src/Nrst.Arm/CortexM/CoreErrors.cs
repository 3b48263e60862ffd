using System.Globalization;

namespace Nrst.Arm;

/// <summary>The errors of the core control, worded once.</summary>
internal static class CoreErrors
{
    private static readonly Remedy UnderReset = new("Hold the chip in reset while connecting.", "nrst reset --connect under-reset");

    public static TargetException ResetNotSeen(ResetKind kind, Dhcsr last, TimeSpan waited, Exception? inner) =>
        new("NRST3101", $"The reset did not take effect: {How(kind)}, and the core never went through reset.", inner)
        {
            LikelyCause = kind == ResetKind.Pin
                ? "NRST is not connected to the probe, or something on the board drives it high."
                : "The chip ignores reset requests at the moment, or its debug logic is not reachable.",
            Evidence = [Status(last), $"S_RESET_ST stayed 0 for {Milliseconds(waited)}"],
            Remedies = kind == ResetKind.Pin
                ? [new("Connect NRST to the probe; no driver but an open drain may hang on it.")]
                : [new("Connect NRST and reset by the pin.", "nrst reset --connect under-reset"), new("Reset the core alone.", "nrst reset --kind core"), new("Switch the board off and on.")],
        };

    public static TargetException NoCore(CoreIdentity read) =>
        new("NRST3109", $"No core answers: its CPUID reads 0x{read.Cpuid:X8}.")
        {
            LikelyCause = "Debug access to the core is closed by the chip's protection, or the core sleeps with its clock off.",
            Evidence = [$"CPUID at {Scs.CPUID} = 0x{read.Cpuid:X8}"],
            Remedies = [UnderReset],
        };

    public static TargetException HeldInReset(Dhcsr last, TimeSpan waited) =>
        new("NRST3102", "The chip does not come out of reset: something holds NRST low.")
        {
            LikelyCause = "Another driver, a supervisor, a button or a short pulls NRST low; or the supply is below the brown-out level.",
            Evidence = [Status(last), $"S_RESET_ST stayed 1 for {Milliseconds(waited)}"],
            Remedies = [new("Measure NRST on the board; it should be near the supply."), new("Check the supply.", "nrst info")],
        };

    public static TargetException DidNotHalt(Dhcsr last, TimeSpan waited) =>
        new("NRST3103", "The core does not halt.")
        {
            LikelyCause = last.HasFlag(Dhcsr.S_SLEEP)
                ? "It sleeps with its clock off."
                : "It waits for a bus that does not answer: a flash operation, an external memory, a stopped clock.",
            Evidence = [Status(last), $"S_HALT stayed 0 for {Milliseconds(waited)}"],
            Remedies = [UnderReset],
        };

    public static TargetException NotHaltedAfterReset(Dhcsr last, TimeSpan waited) =>
        new("NRST3104", "The core ran on after the reset instead of halting at its first instruction.")
        {
            LikelyCause = "Vector catch is not available: the chip lost its debug settings in the reset, or read-out protection forbids it.",
            Evidence = [Status(last), $"S_HALT stayed 0 for {Milliseconds(waited)} after the reset"],
            Remedies = [UnderReset, new("See how the chip is protected.", "nrst info")],
        };

    public static TargetException RegisterNotReady(string register, Dhcsr last) =>
        new("NRST3105", $"The core did not hand over {register}.")
        {
            LikelyCause = last.HasFlag(Dhcsr.S_HALT) ? "Its clock is stopped or very slow." : "The core is not halted.",
            Evidence = [Status(last), "S_REGRDY stayed 0"],
            Remedies = [UnderReset],
        };

    public static TargetException NotHalted(string what, Dhcsr last) =>
        new("NRST3106", $"The core is not halted, and {what} needs it to be.")
        {
            LikelyCause = last.HasFlag(Dhcsr.S_RESET_ST) ? "The chip was reset in between." : "Something let it run.",
            Evidence = [Status(last)],
            Remedies = [UnderReset],
        };

    public static TargetException NoVectReset(CoreIdentity core) =>
        new("NRST3107", $"A {core.Name} has no reset of the core alone.")
        {
            LikelyCause = "AIRCR.VECTRESET exists in the Cortex-M3 and M4 only.",
            Evidence = [string.Create(CultureInfo.InvariantCulture, $"CPUID = 0x{core.Cpuid:X8}")],
            Remedies = [new("Reset the whole chip.", "nrst reset")],
        };

    public static TargetException DidNotStep(Dhcsr last) =>
        new("NRST3108", "The core did not finish a single step.")
        {
            LikelyCause = "The instruction waits for a bus that does not answer.",
            Evidence = [Status(last)],
            Remedies = [UnderReset],
        };

    public static string Status(Dhcsr value) =>
        string.Create(CultureInfo.InvariantCulture, $"DHCSR = 0x{(uint)value:X8} ({Names(value)})");

    private static string Names(Dhcsr value)
    {
        Dhcsr[] bits =
        [
            Dhcsr.C_DEBUGEN, Dhcsr.C_HALT, Dhcsr.C_STEP, Dhcsr.C_MASKINTS, Dhcsr.S_REGRDY, Dhcsr.S_HALT, Dhcsr.S_SLEEP,
            Dhcsr.S_LOCKUP, Dhcsr.S_RETIRE_ST, Dhcsr.S_RESET_ST,
        ];
        return string.Join(", ", bits.Where(b => value.HasFlag(b)));
    }

    private static string How(ResetKind kind) => kind switch
    {
        ResetKind.System => "SYSRESETREQ was set",
        ResetKind.Core => "VECTRESET was set",
        _ => "NRST was pulled low",
    };

    private static string Milliseconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
