namespace Nrst.VirtualBench.Boards;

/// <summary>How the DTR and RTS pins of a USB-serial adapter lead to NRST and BOOT0 of the chip.</summary>
/// <remarks>
/// An asserted line is low at the adapter's pin. A plain wire hands that on; an inverter, written <c>!</c>, turns it round. The two
/// crossed transistors that many boards have let a line act only while the other one is not asserted.
/// </remarks>
internal sealed record BootWiring
{
    public const string Notation =
        "dtr-nrst, rts-nrst, dtr-boot0, rts-boot0, separated by commas, each with a ! before it where the board inverts the level; or transistors";

    private const string CrossedTransistors = "transistors";

    private IReadOnlyList<(bool Inverted, bool IsDtr, bool IsReset)> Wires { get; init; } = [];

    private bool IsCrossed { get; init; }

    /// <summary>Null where the text is no wiring.</summary>
    public static BootWiring? TryParse(string text)
    {
        if (text == CrossedTransistors)
        {
            return new BootWiring { IsCrossed = true };
        }

        var wires = text.Split(',').Select(Wire).ToArray();
        return wires.Any(wire => wire is null) || wires.DistinctBy(wire => wire!.Value.IsReset).Count() != wires.Length
            ? null
            : new BootWiring { Wires = [.. wires.Select(wire => wire!.Value)] };
    }

    /// <summary>NRST is pulled low.</summary>
    public bool ResetIsLow(bool dtr, bool rts) => IsCrossed ? rts && !dtr : Level(isReset: true, dtr, rts) == false;

    /// <summary>The level that BOOT0 is pulled to; null where no line leads there.</summary>
    public bool? Boot0(bool dtr, bool rts) => IsCrossed ? dtr && !rts : Level(isReset: false, dtr, rts);

    private bool? Level(bool isReset, bool dtr, bool rts)
    {
        foreach (var wire in Wires)
        {
            if (wire.IsReset == isReset)
            {
                return wire.Inverted ? Asserted(wire.IsDtr) : !Asserted(wire.IsDtr);
            }
        }

        return null;

        bool Asserted(bool isDtr) => isDtr ? dtr : rts;
    }

    private static (bool Inverted, bool IsDtr, bool IsReset)? Wire(string text) => text.TrimStart('!') switch
    {
        "dtr-nrst" => (text[0] == '!', true, true),
        "rts-nrst" => (text[0] == '!', false, true),
        "dtr-boot0" => (text[0] == '!', true, false),
        "rts-boot0" => (text[0] == '!', false, false),
        _ => null,
    };
}
