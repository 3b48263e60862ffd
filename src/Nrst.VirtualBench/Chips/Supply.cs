namespace Nrst.VirtualBench.Chips;

/// <summary>The supply net of a chip: its volts, what the flash's charge pump makes of them, and when a reset for want of volts is due.</summary>
internal sealed class Supply(ChipOptions options)
{
    /// <summary>Above it the power-down reset lets go. Chips have been reached at 1.50 V, so below the data sheets' figures.</summary>
    private const double ReleaseVolts = 1.45;

    /// <summary>Below it the brown-out reset of factory option bytes acts.</summary>
    private const double BrownOutVolts = 1.7;

    /// <summary>Below it, and above the other, the charge pump does not reach the voltage that cells need.</summary>
    private const double FeedsPumpFrom = 1.65, FeedsPumpTo = 3.45;

    /// <summary>How long the pump has to draw until the board's capacitors are empty, and the pause in which they fill again.</summary>
    private const long Endurance = 500_000, Recovery = 20_000;

    private const long DriftPeriod = 7_000_000;

    private long pumpSince, pumpUntil = long.MinValue / 2;

    /// <summary>When the supply breaks down under the pump; <see cref="long.MaxValue"/> if it does not.</summary>
    public long BreaksDownAt { get; private set; } = long.MaxValue;

    /// <summary>The chip comes out of its power-on reset at all.</summary>
    public bool Suffices => options.SupplyVolts >= ReleaseVolts && options.Supply is { HasAnalogSupply: true, PowerDownResetIsOff: false };

    /// <summary>Volts on VDD as one would measure them now.</summary>
    public double Volts(long now)
    {
        // A triangle, so that two looks a moment apart differ.
        var phase = (double)(now % DriftPeriod) / DriftPeriod;
        var drift = options.Supply.DriftVolts * ((4 * Math.Abs(phase - 0.5)) - 1);
        return (now < pumpUntil && options.Supply.SagVolts is { } sag ? Math.Min(sag, options.SupplyVolts) : options.SupplyVolts) + drift;
    }

    /// <summary>Volts on VDD while the pump works.</summary>
    public double VoltsUnderPump => Math.Min(options.SupplyVolts, options.Supply.SagVolts ?? double.MaxValue);

    public bool FeedsPump => VoltsUnderPump is >= FeedsPumpFrom and <= FeedsPumpTo;

    public bool OverfeedsPump => VoltsUnderPump > FeedsPumpTo;

    /// <summary>The flash starts something. Answers whether the supply breaks down before that ends.</summary>
    public bool PumpWorks(long from, long until)
    {
        if (from > pumpUntil + Recovery)
        {
            pumpSince = from;
        }

        pumpUntil = Math.Max(pumpUntil, until);
        if (options.Supply.SagVolts is null or >= BrownOutVolts || until - pumpSince <= Endurance)
        {
            return false;
        }

        BreaksDownAt = Math.Min(BreaksDownAt, pumpSince + Endurance);
        return true;
    }

    /// <summary>The load is gone.</summary>
    public void Recover() => (BreaksDownAt, pumpUntil) = (long.MaxValue, long.MinValue / 2);
}
