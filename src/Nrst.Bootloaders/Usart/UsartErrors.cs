using System.Globalization;

namespace Nrst.Bootloaders.Usart;

/// <summary>Nothing came, or something that no loader says: the two sides are out of step, and can be brought back.</summary>
/// <param name="verdict">The loader refused, which it also does after noise: what is to be said if it does so every time.</param>
internal sealed class OutOfStepException(string seen, NrstException? verdict = null) : Exception(seen)
{
    public NrstException? Verdict => verdict;

    /// <summary>Not a byte came.</summary>
    public bool IsSilence { get; init; }
}

/// <summary>What can go wrong on a serial line to a loader, in words.</summary>
internal static class UsartErrors
{
    private static Remedy ResetIt => new("Reset the board with BOOT0 high, and run the command again.", "nrst info --probe serial:/dev/ttyUSB0");

    public static TargetException NoAnswer(string place, IReadOnlyList<string> seen) => new("NRST3511", $"No loader answers at {place}.")
    {
        LikelyCause = "The chip runs its program, RX and TX are exchanged, or another of its interfaces was chosen since the reset. On many newer parts BOOT0 counts only if an option bit says so.",
        Evidence = seen,
        Remedies =
        [
            new Remedy("Hold BOOT0 high, reset the board, and run the command again. A USB cable at the chip's own connector can take the loader away."),
            new Remedy("If DTR or RTS lead to BOOT0 and NRST, see how, and say it with --boot-wiring.", "nrst doctor --probe serial:/dev/ttyUSB0"),
        ],
    };

    public static TargetException ProgramTalks(string place, string heard) => new("NRST3511", $"No loader answers at {place}: the chip talks without being asked.")
    {
        LikelyCause = "The chip runs its program, which writes to this line; a loader is silent until it is spoken to.",
        Evidence = [heard],
        Remedies =
        [
            new Remedy("Hold BOOT0 high, reset the board, and run the command again."),
            new Remedy("If DTR or RTS lead to BOOT0 and NRST, see how.", "nrst doctor --probe serial:/dev/ttyUSB0"),
        ],
    };

    /// <param name="taken">The first byte was acknowledged.</param>
    public static TargetException AnswersWrongly(string place, int baud, SerialParity parity, bool taken, IReadOnlyList<string> seen) => new("NRST3512", taken
        ? $"The loader at {place} takes the first byte at {baud} baud and understands no command."
        : $"What comes from {place} at {baud} baud is nothing that a loader says.")
    {
        LikelyCause = taken
            ? "Somebody spoke to it at another speed since its reset, which it keeps; or it measured the speed wrongly, as parts without a crystal do at the higher ones, or it expects another parity."
            : "The line is noisy, its speed is another, or a program on the chip answers.",
        Evidence = seen,
        Remedies =
        [
            new Remedy("Reset the board with BOOT0 high, and go slower.", "nrst info --probe serial:/dev/ttyUSB0:38400"),
            parity is SerialParity.Even
                ? new Remedy("A few loaders (STM32WB0) know no parity.", "nrst info --probe serial:/dev/ttyUSB0 --parity none")
                : new Remedy("Most loaders want even parity.", "nrst info --probe serial:/dev/ttyUSB0 --parity even"),
        ],
    };

    public static TargetException Lost(string doing, string seen) => new("NRST3513", $"The loader went silent, or out of step, during {doing}.")
    {
        LikelyCause = "The line is disturbed, the board was reset, or it lost power.",
        Evidence = [seen],
        Remedies = [ResetIt, new Remedy("Go slower.", "nrst flash FILE --probe serial:/dev/ttyUSB0:38400")],
    };

    public static FlashException Refused(string doing, AddressRange where, string seen = "NACK (0x1F)") => new("NRST2503", where, $"The loader refuses the {doing} at {where.Start}.")
    {
        LikelyCause = "The address is in no memory of this chip, or the flash did not take it.",
        Evidence = [seen],
        Remedies = [new Remedy("See what the chip is taken for.", "nrst info --probe serial:/dev/ttyUSB0")],
    };

    public static RefusedException ReadProtected(string doing) => new("NRST6501", $"The loader refuses to {doing}: the chip is read-protected; nothing was changed by this.")
    {
        LikelyCause = "RDP in the option bytes was set, by a production tool or by the firmware itself.",
        Evidence = ["NACK (0x1F) right after the command"],
        Remedies = [new Remedy("Lift the protection with a debug probe. That erases the whole chip.", "nrst info")],
    };

    public static FlashException NotBlank(AddressRange where) => new("NRST2504", where, $"A block at {where.Start} was disturbed on its way, and the flash no longer is blank there.")
    {
        LikelyCause = "The line is noisy.",
        Remedies = [new Remedy("Flash again: what is missing is found and done. Go slower if it happens often.", "nrst flash FILE --probe serial:/dev/ttyUSB0:38400")],
    };

    public static string Show(ReadOnlySpan<byte> bytes) => bytes.Length == 0
        ? "nothing came"
        : "came: " + string.Join(' ', bytes.ToArray().Select(value => value.ToString("X2", CultureInfo.InvariantCulture)));
}
