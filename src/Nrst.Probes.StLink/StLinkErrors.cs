using System.Globalization;

namespace Nrst.Probes.StLink;

/// <summary>The errors of this driver, worded once.</summary>
internal static class StLinkErrors
{
    /// <summary>Below this an STM32 does not run, whatever the wiring.</summary>
    public const double LowestSupply = 1.4;

    public static ProbeException WrongLength(ReadOnlySpan<byte> command, int received, int expected) =>
        new("NRST1302", $"The ST-LINK answered {received} bytes to command {Hex(command)} instead of {expected}.")
        {
            LostSync = true,
            LikelyCause = "An earlier transfer was cut off, or another program talks to the same probe.",
            Evidence = [$"command {Hex(command)}", $"{received} bytes received, {expected} expected"],
            Remedies =
            [
                new("Close other programs that use the probe (an IDE, a debug server)."),
                new("Unplug the probe and plug it in again."),
            ],
        };

    public static ProbeException StillBroken(ProbeException first) =>
        new(first.Code, first.Message, first)
        {
            LostSync = true,
            TimedOut = first.TimedOut,
            LikelyCause = first.LikelyCause,
            Evidence = first.Evidence,
            Remedies = first.Remedies,
        };

    public static ProbeException TooOld(StLinkVersion version) =>
        new("NRST1303", $"The firmware of this ST-LINK, {version}, is too old.")
        {
            LikelyCause = $"It lacks commands that programming needs: they came with V2J{StLinkGates.OldestV2} and V3J{StLinkGates.OldestV3}.",
            Evidence = [$"firmware {version}"],
            Remedies = [new("Update the probe's firmware with its maker's update program (STSW-LINK007).")],
        };

    public static ProbeException NoSwd(StLinkVersion version, string kind) =>
        new("NRST1301", $"This {kind} ({version}) has no SWD.")
        {
            LikelyCause = "It is built for STM8, or it speaks an older protocol.",
            Evidence = [$"firmware {version}"],
            Remedies = [new("Use an ST-LINK/V2, ST-LINK/V2-1 or STLINK-V3.", "nrst list")],
        };

    /// <summary>A probe that is on USB and whose firmware cannot be talked to.</summary>
    public static ProbeException Silent(IReadOnlyList<string> tried) =>
        new("NRST1307", "The ST-LINK does not answer, not even after a reset of its USB side.")
        {
            LostSync = true,
            LikelyCause = "Its firmware hangs, or another program talks to it at the same time.",
            Evidence = tried,
            Remedies =
            [
                new("Unplug the probe and plug it in again."),
                new("Close other programs that use the probe (an IDE, a debug server)."),
                new("Update the probe's firmware with its maker's update program (STSW-LINK007)."),
            ],
        };

    /// <summary>A device that belongs to the family and cannot be programmed with.</summary>
    public static ProbeException NotForDebugging(ushort pid) => new("NRST1112", $"This {StLinkIds.Kind(pid)} cannot be used to program a chip.")
    {
        LikelyCause = pid == 0x3744
            ? "An ST-LINK/V1 speaks another protocol, over mass storage."
            : "The probe is in its own loader: its firmware was being updated, or is missing.",
        Evidence = [$"USB product 0x{pid:X4}"],
        Remedies = pid == 0x3744
            ? [new("Use an ST-LINK/V2, ST-LINK/V2-1 or STLINK-V3.", "nrst list")]
            : [new("Unplug the probe and plug it in again."), new("Finish the update with its maker's update program (STSW-LINK007).")],
    };

    public static ProbeException NoHalfWords(StLinkVersion version) =>
        new("NRST1305", $"The firmware of this ST-LINK, {version}, cannot access memory in half-words.")
        {
            LikelyCause = "Half-word accesses came with V2J26.",
            Evidence = [$"firmware {version}"],
            Remedies = [new("Update the probe's firmware with its maker's update program (STSW-LINK007).")],
        };

    /// <summary>Entering SWD failed: nobody answered with an identity.</summary>
    public static TargetException NoAnswer(StLinkStatus status, double? volts, bool underReset)
    {
        var supply = volts is { } v ? $"target supply {Volts(v)}" : "the target's supply cannot be measured";
        return new TargetException("NRST3001", "The chip does not answer on SWD.")
        {
            LikelyCause = volts switch
            {
                < 0.3 => $"The board has no supply voltage: the probe measures {Volts(volts.Value)}.",
                < LowestSupply => $"The supply is too low: {Volts(volts.Value)}, and no STM32 runs below {Volts(LowestSupply)}.",
                null => "The board is unpowered, SWDIO, SWCLK or GND is not connected, or the program on the chip has taken the SWD pins.",
                _ => underReset
                    ? "SWDIO, SWCLK or GND is not connected, or the clock is too fast for the wiring."
                    : "SWDIO, SWCLK or GND is not connected, or the program on the chip has taken the SWD pins or sleeps.",
            },
            Evidence = [supply, $"the probe reports {status.Name()}"],
            Remedies = volts < LowestSupply
                ? [new("Power the board, and connect the probe's voltage pin to its supply.", "nrst info")]
                : underReset
                    ? [new("Power the board."), new("Check SWDIO, SWCLK, GND and NRST."), new("Try a slow clock.", "nrst info --speed 100")]
                    :
                    [
                        new("Power the board."),
                        new("Check SWDIO, SWCLK and GND."),
                        new("Hold the chip in reset while connecting.", "nrst info --connect under-reset"),
                        new("Try a slow clock.", "nrst info --speed 100"),
                    ],
        };
    }

    /// <summary>What a status means that is neither good nor cured by waiting.</summary>
    public static NrstException From(StLinkStatus status, string what, Address? address = null) => status.Outcome() switch
    {
        StLinkOutcome.BusFault => BusFault(status, what, address),
        StLinkOutcome.NoTarget => new TargetException("NRST3002", $"The chip stopped answering on SWD during {what}.")
        {
            LikelyCause = "It lost power, the wiring broke, or it went into a sleep mode that switches its debug port off.",
            Evidence = [Reported(status)],
            Remedies =
            [
                new("Check power and wiring."),
                new("Hold the chip in reset while connecting.", "nrst info --connect under-reset"),
            ],
        },
        StLinkOutcome.WireError => new TargetException("NRST3003", $"SWD was disturbed during {what}.")
        {
            LikelyCause = "The clock is too fast for the wiring, or the chip was reset or lost power in between.",
            Evidence = [Reported(status)],
            Remedies = [new("Use a slower clock.", "nrst info --speed 480"), new("Shorten the wires; connect GND next to SWCLK.")],
        },
        StLinkOutcome.NoAccessPort => new TargetException("NRST3006", $"The chip has no such access port, for {what}.")
        {
            LikelyCause = "Debug access is disabled by read-out protection, or this access port does not exist.",
            Evidence = [Reported(status)],
            Remedies = [new("Hold the chip in reset while connecting.", "nrst info --connect under-reset")],
        },
        StLinkOutcome.Refused => new ProbeException("NRST1304", $"The ST-LINK refused {what}.")
        {
            LikelyCause = "Its firmware does not know the command, or another program uses the probe in another mode.",
            Evidence = [Reported(status)],
            Remedies = [new("Close other programs that use the probe."), new("Update the probe's firmware (STSW-LINK007).")],
        },
        _ => new ProbeException("NRST1306", $"The ST-LINK failed by itself during {what}.")
        {
            LikelyCause = "The probe is confused or broken; the chip is not to blame.",
            Evidence = [Reported(status)],
            Remedies = [new("Unplug the probe and plug it in again."), new("Update the probe's firmware (STSW-LINK007).")],
        },
    };

    public static ProbeException OnlyFirstAccessPort(byte index, string firmware) =>
        new("NRST1319", $"This ST-LINK reaches access port 0 only, and the chip's core may be behind {index}.")
        {
            LikelyCause = "Its firmware is older than the choice of access ports.",
            Evidence = [$"firmware {firmware}"],
            Remedies = [new("Update the probe's firmware (STSW-LINK007).")],
        };

    public static TargetMemoryException BusFault(StLinkStatus status, string what, Address? address) =>
        new("NRST3005", address, address is { } at ? $"The chip's bus refused the access at {at}." : $"The chip's bus refused {what}.")
        {
            LikelyCause = "Nothing lies at that address, its clock is off, or it is protected.",
            Evidence = address is { } place ? [Reported(status), $"first fault at {place}", what] : [Reported(status), what],
            Remedies = [new("See which memories the chip has.", "nrst info")],
        };

    public static TargetException Stalled(StLinkStatus status, string what, TimeSpan waited) =>
        new("NRST3004", $"The chip's bus stayed busy for {Seconds(waited)} during {what}.")
        {
            LikelyCause = "The bus is stalled: by an unfinished flash operation, an external memory that does not answer, or a clock that stopped.",
            Evidence = [Reported(status), $"waited {Seconds(waited)}"],
            Remedies = [new("Hold the chip in reset while connecting.", "nrst info --connect under-reset")],
        };

    private static string Reported(StLinkStatus status) => $"the probe reports {status.Name()}";

    private static string Volts(double volts) => string.Create(CultureInfo.InvariantCulture, $"{volts:0.00} V");

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private static string Hex(ReadOnlySpan<byte> command) =>
        command[0] is 0xF2 or 0xF3 or 0xF4 ? $"{command[0]:X2} {command[1]:X2}" : $"{command[0]:X2}";
}
