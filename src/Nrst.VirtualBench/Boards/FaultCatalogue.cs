using System.Globalization;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Boards;

/// <summary>Something that can be wrong with a board.</summary>
/// <param name="Name">How a user asks for it; with an argument as <c>name:ARGUMENT</c>.</param>
/// <param name="Argument">What the argument is; null where there is none.</param>
public sealed record FaultKind(string Name, string? Argument, string Description)
{
    /// <summary>As it is written on a command line: <c>swd-noisy-above:KHZ</c>.</summary>
    public string Usage => Argument is null ? Name : $"{Name}:{Argument}";
}

/// <summary>One fault of one board; the argument is 0 where the kind has none.</summary>
internal readonly record struct Fault(FaultKind Kind, uint Argument)
{
    public override string ToString() => Kind.Argument is null ? Kind.Name : string.Create(CultureInfo.InvariantCulture, $"{Kind.Name}:{Argument}");
}

/// <summary>All that a board can suffer from, in physical terms.</summary>
public static class FaultCatalogue
{
    internal const string NoTargetPower = "no-target-power";
    internal const string NrstHeldLow = "nrst-held-low";
    internal const string SwdDisconnected = "swd-disconnected";
    internal const string SwdNoisyAbove = "swd-noisy-above";
    internal const string UsbUnplugAfter = "usb-unplug-after";
    internal const string UsbStallAt = "usb-stall-at";
    internal const string UsbAnswerLostAt = "usb-answer-lost-at";
    internal const string UsbAnswerShortAt = "usb-answer-short-at";
    internal const string UsbAnswerLateAt = "usb-answer-late-at";
    internal const string UsbExtraPacketAt = "usb-extra-packet-at";
    internal const string FlashIgnoresCommands = "flash-ignores-commands";
    internal const string FlashNeverFinishes = "flash-never-finishes";
    internal const string FlashStuckBit = "flash-stuck-bit";
    internal const string FlashWeakErase = "flash-weak-erase";

    private static readonly FaultKind[] s_all =
    [
        new(NoTargetPower, null, "The target has no supply: 0 V on VDD, and silent debug pins."),
        new(NrstHeldLow, null, "Something on the board pulls NRST low and never lets go."),
        new(SwdDisconnected, null, "SWDIO does not reach the chip."),
        new(SwdNoisyAbove, "KHZ", "The SWD wires are too long: above this clock some transfers are lost."),
        new(UsbUnplugAfter, "TRANSFERS", "The probe's USB cable comes loose after this many transfers."),
        new(UsbStallAt, "TRANSFER", "The probe's firmware stumbles: it answers this USB transfer with STALL."),
        new(UsbAnswerLostAt, "ANSWER", "The probe never sends this one of its answers."),
        new(UsbAnswerShortAt, "ANSWER", "The probe sends half of this answer."),
        new(UsbAnswerLateAt, "ANSWER", "The probe hangs: this answer comes after the host has stopped waiting for it."),
        new(UsbExtraPacketAt, "ANSWER", "The probe sends a packet too many behind this answer."),
        new(FlashIgnoresCommands, null, "The flash takes erase and program commands, and does nothing."),
        new(FlashNeverFinishes, null, "An erase or a program operation, once started, stays busy until a reset."),
        new(FlashStuckBit, "ADDRESS", "The word of the flash at this address cannot be programmed any more."),
        new(FlashWeakErase, "SECTOR", "This sector is worn: some of its bits stay 0 after an erase."),
        .. LoaderFaults.All,
    ];

    public static IReadOnlyList<FaultKind> All => s_all;

    /// <summary>Numbers are decimal, or hexadecimal behind 0x.</summary>
    internal static Fault Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var kind = Array.Find(s_all, known => known.Name == name)
            ?? throw Refuse($"No fault is called '{name}'.");
        if (kind.Argument is null)
        {
            return colon < 0 ? new Fault(kind, 0) : throw Refuse($"The fault '{name}' takes no argument, but '{text}' gives one.");
        }

        return colon >= 0 && ParseNumber(text[(colon + 1)..]) is { } argument
            ? new Fault(kind, argument)
            : throw Refuse($"The fault '{name}' needs a number, as in '{kind.Usage}', but it is '{text}'.");
    }

    internal static WireFaults Wire(IReadOnlyCollection<Fault> faults) => new()
    {
        NoTargetPower = Has(faults, NoTargetPower) is not null,
        SwdDisconnected = Has(faults, SwdDisconnected) is not null,
        NoisyAboveKilohertz = (int?)Has(faults, SwdNoisyAbove),
        Usb = new UsbFaults
        {
            UnplugAfter = Has(faults, UsbUnplugAfter),
            StallAt = Has(faults, UsbStallAt),
            AnswerLostAt = Has(faults, UsbAnswerLostAt),
            AnswerShortAt = Has(faults, UsbAnswerShortAt),
            AnswerLateAt = Has(faults, UsbAnswerLateAt),
            ExtraPacketAt = Has(faults, UsbExtraPacketAt),
        },
    };

    /// <summary>The argument of the first fault of this name; null where the board does not have it.</summary>
    internal static uint? Has(IEnumerable<Fault> faults, string name) =>
        faults.Where(fault => fault.Kind.Name == name).Select(fault => (uint?)fault.Argument).FirstOrDefault();

    private static uint? ParseNumber(string text)
    {
        text = text.Replace("_", "", StringComparison.Ordinal);
        var parsed = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        return parsed ? number : null;
    }

    private static UsageException Refuse(string fact) => new("NRST0183", fact)
    {
        LikelyCause = "These faults exist: " + string.Join(", ", s_all.Select(kind => kind.Usage)) + ".",
        Remedies = [new Remedy("Choose one of these.", "nrst bench new NAME --chip CHIP --fault FAULT")],
    };
}
