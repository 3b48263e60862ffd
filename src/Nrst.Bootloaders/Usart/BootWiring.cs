namespace Nrst.Bootloaders.Usart;

/// <summary>How the DTR and RTS pins of a serial adapter lead to NRST and BOOT0.</summary>
/// <remarks>
/// An asserted line is low at the adapter's pin. <c>rts-nrst</c> is a wire that hands this on; <c>!dtr-boot0</c> has an inverter in it, or a transistor.
/// <c>transistors</c> are the two that boards with ESP chips have as well: RTS alone pulls NRST low, DTR alone BOOT0 high, and both together do nothing.
/// </remarks>
public sealed class BootWiring
{
    private static readonly TimeSpan ResetFor = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest that most parts take until they listen; those that take longer are asked again and again.</summary>
    private static readonly TimeSpan StartUp = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<(bool Inverted, bool IsDtr, bool IsReset)> _wires;

    private readonly bool _isCrossed;

    private BootWiring(IReadOnlyList<(bool, bool, bool)> wires, bool isCrossed = false) => (_wires, _isCrossed) = (wires, isCrossed);

    /// <summary>What boards are known to have. A doctor tries them one after the other.</summary>
    public static IReadOnlyList<string> Usual { get; } =
        ["rts-nrst,!dtr-boot0", "rts-nrst,dtr-boot0", "dtr-nrst,!rts-boot0", "dtr-nrst,rts-boot0", "!rts-nrst,!dtr-boot0", "!dtr-nrst,!rts-boot0", Transistors];

    private const string Transistors = "transistors";

    /// <summary>It has a wire to the reset pin; without one nothing can be begun from here.</summary>
    public bool CanReset => _isCrossed || _wires.Any(wire => wire.IsReset);

    /// <exception cref="UsageException">The text is no wiring.</exception>
    public static BootWiring Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text == Transistors)
        {
            return new BootWiring([], isCrossed: true);
        }

        var wires = new List<(bool, bool, bool)>();
        foreach (var part in text.Split(','))
        {
            var inverted = part.StartsWith('!');
            (bool IsDtr, bool IsReset)? wire = part.TrimStart('!') switch
            {
                "dtr-nrst" => (true, true),
                "rts-nrst" => (false, true),
                "dtr-boot0" => (true, false),
                "rts-boot0" => (false, false),
                _ => null,
            };
            wires.Add(wire is { } known ? (inverted, known.IsDtr, known.IsReset) : throw Unknown(text));
        }

        return wires.Count is 1 or 2 && wires.DistinctBy(wire => wire.Item2).Count() == wires.Count && wires.DistinctBy(wire => wire.Item3).Count() == wires.Count
            ? new BootWiring(wires)
            : throw Unknown(text);
    }

    /// <summary>Resets the chip with BOOT0 high.</summary>
    public void EnterLoader(ISerialLine line, IClock clock) => Reset(line, clock, boot0: true);

    /// <summary>Resets the chip with BOOT0 low.</summary>
    public void StartProgram(ISerialLine line, IClock clock) => Reset(line, clock, boot0: false);

    /// <summary>BOOT0 low, without a reset: a loader that runs is not to mind that.</summary>
    public void LowerBoot0(ISerialLine line)
    {
        ArgumentNullException.ThrowIfNull(line);
        if (_isCrossed)
        {
            line.SetLines(dtr: false, rts: false);
        }
        else
        {
            Drive(line, nrst: true, boot0: false);
        }
    }

    private void Reset(ISerialLine line, IClock clock, bool boot0)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(clock);
        if (_isCrossed)
        {
            // BOOT0 goes high as NRST is let go, which its capacitor delays.
            line.SetLines(dtr: false, rts: true);
            clock.Wait(ResetFor);
            line.SetLines(dtr: boot0, rts: false);
        }
        else
        {
            Drive(line, nrst: false, boot0);
            clock.Wait(ResetFor);
            Drive(line, nrst: true, boot0);
        }

        clock.Wait(StartUp);
        line.DropInput();
    }

    private void Drive(ISerialLine line, bool nrst, bool boot0)
    {
        bool? dtr = null, rts = null;
        foreach (var (inverted, isDtr, isReset) in _wires)
        {
            var asserted = (isReset ? nrst : boot0) == inverted; // asserted is low, and an inverter makes it high
            dtr = isDtr ? asserted : dtr;
            rts = isDtr ? rts : asserted;
        }

        line.SetLines(dtr, rts);
    }

    private static UsageException Unknown(string text) => new("NRST0502", $"'{text}' is no wiring of BOOT0 and NRST.")
    {
        LikelyCause = "A wiring is one or two of dtr-nrst, rts-nrst, dtr-boot0, rts-boot0, separated by a comma, each with a ! before it where the board inverts the level; or transistors, for the two crossed ones.",
        Remedies = [new Remedy("Write it like this.", "nrst info --probe serial:/dev/ttyUSB0 --boot-wiring rts-nrst,!dtr-boot0")],
    };
}
