namespace Nrst.Probes.StLink;

/// <summary>The SWD clock: divisors on a V2, a list of the probe's own on a V3.</summary>
internal sealed class StLinkSpeed(StLinkLink link, StLinkGates gates)
{
    /// <summary>What is chosen where nobody asks for anything: fast, and still good over a hand of loose wires.</summary>
    public const int Default = 4000;

    // kHz as ST labels them; the true clock is 72 MHz / (20 × (divisor + 1)), a little less.
    private static readonly (int Kilohertz, ushort Divisor)[] Divisors =
    [
        (4000, 0), (1800, 1), (1200, 2), (950, 3), (480, 7), (240, 15), (125, 31), (100, 40), (50, 79), (25, 158), (15, 265), (5, 798),
    ];

    private IReadOnlyList<uint>? _offered;

    /// <summary>Null until a clock was chosen.</summary>
    public int? Current { get; private set; }

    public int Set(int wish)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(wish);
        Current = gates.HasFrequencyList ? SetFromList(wish) : SetDivisor(wish);
        return Current.Value;
    }

    private int SetDivisor(int wish)
    {
        var chosen = Array.Find(Divisors, d => d.Kilohertz <= wish) is { Kilohertz: > 0 } fits ? fits : Divisors[^1];
        link.Do(new SetSwdDivisor(chosen.Divisor), "choosing the SWD clock");
        return chosen.Kilohertz;
    }

    private int SetFromList(int wish)
    {
        _offered ??= link.Do<GetSwdFrequencies, FrequencyList>(default, "asking for the SWD clocks").Offered;
        var chosen = _offered.Where(f => f <= wish).DefaultIfEmpty(_offered.DefaultIfEmpty((uint)wish).Min()).Max();
        return (int)link.Do(new SetSwdFrequency(chosen), "choosing the SWD clock").Value;
    }
}
