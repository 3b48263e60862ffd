using System.Globalization;
using Nrst.VirtualBench.Faults.Kinds;

namespace Nrst.VirtualBench.Faults;

/// <summary>All that a board can suffer from, in physical terms.</summary>
public static class FaultCatalogue
{
    private static readonly FaultKind[] s_all =
    [
        new NoTargetPower(), new VtrefUnwired(), new VddLow(), new VddHigh(), new VcapMissing(), new VddaUnconnected(), new PdrOnLow(),
        new BrownOutWhileProgramming(), new SmpsMismatch(),
        new NrstPushPull(), new NrstHeldLow(), new NrstUnwired(), new NrstIsGpio(), new NrstSlow(),
        new SwdDisconnected(), new SwdNoisyAbove(), new SwdioContention(), new FirmwareRemapsSwd(), new DebugSwitchedOff(),
        new ProbeClone(), new ProbeFirmwareOld(), new UsbUnplugAfter(), new UsbStallAt(), new UsbAnswerLostAt(), new UsbAnswerShortAt(),
        new UsbAnswerLateAt(), new UsbExtraPacketAt(),
        new CloneMcu(), new ForeignMcu(), new FlashSizeUnreadable(), new FlashSmaller(),
        new FirmwareSleeps(), new FirmwareWatchdog(), new FirmwareDma(), new FirmwareHangsBus(), new FirmwareLocksUp(),
        new FirmwareRewritesFlash(), new DebugStateLeft(), new DbgmcuLeft(),
        new Rdp1(), new RdpRegressionUnfinished(), new Rdp2(), new BootLock(), new WriteProtected(), new Pcrop(), new SecureArea(),
        new Trustzone(), new ProductStateClosed(), new CoreBootDisabled(), new BankSwapped(), new EmptyCheckStale(),
        new EccDamage(), new EraseInterrupted(), new FlashErrorsLeft(), new FlashSuspended(), new FlashIgnoresCommands(),
        new FlashIgnoresErase(), new FlashNeverFinishes(), new FlashStuckBit(), new FlashWeakErase(),
        .. LoaderFault.All,
    ];

    /// <summary>Supply, reset, wires, probe, silicon, the program on the chip, option bytes, flash, bootloader.</summary>
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
        Remedies = [new Remedy("Choose one of these.", "nrst bench faults")],
    };
}
