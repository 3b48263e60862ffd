namespace Nrst.VirtualBench.Chips;

/// <summary>The NRST net: who pulls, how hard, and what level comes of it.</summary>
/// <remarks>
/// Data sheets, "NRST pin characteristics": a pull-up of 40 kΩ, low below 0.3 VDD. An open drain that meets a push-pull output loses: the
/// level is that of a divider.
/// </remarks>
internal sealed class ResetNet(ResetWiring wiring)
{
    private const double PullUp = 1 / 40_000.0, OpenDrain = 1 / 50.0, PushPull = 1 / 20.0, Short = 1.0;
    private const double LowBelow = 0.3;

    private bool probeLow;
    private long chipLowUntil = long.MinValue;
    private long letGo = long.MinValue / 2;

    public bool ProbePulls => probeLow;

    /// <summary>The probe's open drain; it only has an effect where its wire reaches the net.</summary>
    public void Probe(bool low, long now)
    {
        if (probeLow && !low && IsPulledLow(now))
        {
            letGo = now;
        }

        probeLow = low;
    }

    /// <summary>The chip's own transistor, for as long as its reset pulse lasts.</summary>
    public void ChipPulls(long now, long until)
    {
        chipLowUntil = until;
        if (IsPulledLow(now))
        {
            letGo = until;
        }
    }

    /// <summary>What the level is as a part of VDD while nothing charges.</summary>
    public double Level(long now)
    {
        var up = PullUp + (wiring.HasPushPullSupervisor ? PushPull : 0);
        var down = (wiring.IsShorted ? Short : 0) + (probeLow && !wiring.ProbeIsUnwired ? OpenDrain : 0) + (now < chipLowUntil ? OpenDrain : 0);
        return up / (up + down);
    }

    public bool IsLow(long now) => IsPulledLow(now) || now < letGo + wiring.RiseNanoseconds;

    /// <summary>When the level changes by itself; <see cref="long.MaxValue"/> if it does not.</summary>
    public long NextChange(long now) => now < chipLowUntil ? chipLowUntil
        : now < letGo + wiring.RiseNanoseconds ? letGo + wiring.RiseNanoseconds
        : long.MaxValue;

    private bool IsPulledLow(long now) => Level(now) < LowBelow;
}
