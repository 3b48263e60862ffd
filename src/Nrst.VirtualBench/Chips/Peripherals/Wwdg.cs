namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The window watchdog: too late and too early are both a reset.</summary>
internal sealed class Wwdg(IChipServices chip, Func<long> pclk1, InterruptLine.Input interrupt, Func<bool> startedByOption)
    : ITimedPeripheral, IFreezable
{
    private uint start = 0x7F, cfr = 0x7F, sr;
    private bool active;
    private long written;
    private long frozenAt = -1;

    public long NextEvent => !active || frozenAt >= 0 ? long.MaxValue
        : (cfr & 0x200) != 0 && sr == 0 ? Time(0x40) : Time(0x3F);

    private long Tick => 4096L * (1 << (int)((cfr >> 7) & 3)) * 1_000_000_000 / Math.Max(pclk1(), 1);

    public uint Read(uint offset, long now) => offset switch
    {
        0x00 => Counter(now) | (active ? 0x80u : 0),
        0x04 => cfr,
        0x08 => sr,
        _ => 0,
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        var bits = value & mask;
        switch (offset)
        {
            case 0x00:
                if (active && (Counter(now) > (cfr & 0x7F) || (bits & 0x40) == 0))
                {
                    chip.ResetBy(ResetSource.WindowWatchdog, now);
                    return;
                }

                (start, written, active) = (bits & 0x7F, now, active || (bits & 0x80) != 0);
                break;
            case 0x04:
                cfr = bits & 0x3FF;
                break;
            case 0x08:
                sr &= bits;
                interrupt.Set(sr != 0);
                break;
        }

        chip.EventMoved(NextEvent);
    }

    public void Advance(long now)
    {
        if (now < NextEvent)
        {
            return;
        }

        if (Counter(now) > 0x3F)
        {
            sr = 1;
            interrupt.Set((cfr & 0x200) != 0);
        }
        else
        {
            // Where NRST cannot be pulled low there is no reset, and it counts anew.
            (start, written) = (0x7F, now);
            chip.ResetBy(ResetSource.WindowWatchdog, now);
        }
    }

    public void Reset(long now)
    {
        (start, cfr, sr, active, written, frozenAt) = (0x7F, 0x7F, 0, startedByOption(), now, -1);
        interrupt.Set(false);
    }

    public void Freeze(bool frozen, long now)
    {
        if (frozen && frozenAt < 0)
        {
            frozenAt = now;
        }
        else if (!frozen && frozenAt >= 0)
        {
            (written, frozenAt) = (written + now - frozenAt, -1);
        }
    }

    private uint Counter(long now) => (uint)Math.Max(0, start - (((frozenAt < 0 ? now : frozenAt) - written) / Tick)) & 0x7F;

    private long Time(uint counter) => written + (Math.Max(0, start - (long)counter) * Tick);
}
