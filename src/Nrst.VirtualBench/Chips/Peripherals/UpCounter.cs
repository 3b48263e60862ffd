namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>A timer of any size, as an up-counter with compare channels. Capture, PWM pins, slave modes and DMA are not modelled.</summary>
/// <remarks>
/// RM0090, "General-purpose timers". The counter is a straight line from <c>origin</c>; flags are found by asking which marks
/// the line has passed since the last look.
/// </remarks>
internal sealed class UpCounter(IChipServices chip, int bits, int channels, Func<long> clock, InterruptLine.Input update, InterruptLine.Input? compare)
    : ITimedPeripheral, IFreezable
{
    /// <summary>So many nanoseconds times any timer clock stay below 2^64.</summary>
    private const ulong FitsIn64Bits = 60_000_000_000;

    private const uint CEN = 1, UDIS = 2, URS = 4, OPM = 8;
    private readonly uint full = bits == 32 ? uint.MaxValue : 0xFFFF;
    private readonly uint[] registers = new uint[0x60 / 4];
    private readonly uint[] ccr = new uint[4];
    private uint sr, dier, cr1, psc, activePsc, arr = bits == 32 ? uint.MaxValue : 0xFFFF;
    private long origin, originCount, seen, hertz = 16_000_000;
    private bool frozen;

    public long NextEvent { get; private set; } = long.MaxValue;

    private bool Running => (cr1 & CEN) != 0 && !frozen;

    private long Period => (long)arr + 1;

    public uint Read(uint offset, long now)
    {
        Look(now);
        return offset switch
        {
            0x00 => cr1,
            0x0C => dier,
            0x10 => sr,
            0x24 => (uint)(Position(now) % Period),
            0x28 => psc,
            0x2C => arr,
            >= 0x34 and <= 0x40 => ccr[(offset - 0x34) / 4],
            < 0x60 => registers[offset / 4],
            _ => 0,
        };
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        Look(now);
        switch (offset)
        {
            case 0x00:
                var position = Position(now);
                cr1 = ((cr1 & ~mask) | (value & mask)) & 0x3FF;
                Rebase(position % Period, now);
                break;
            case 0x0C:
                dier = ((dier & ~mask) | (value & mask)) & 0x7FFF;
                break;
            case 0x10:
                sr &= value | ~mask; // rc_w0
                break;
            case 0x14:
                Generate(value & mask, now);
                break;
            case 0x24:
                Rebase(value & mask & full, now);
                break;
            case 0x28:
                psc = value & mask & 0xFFFF;
                break;
            case 0x2C:
                var count = Position(now) % Period;
                arr = ((arr & ~mask) | (value & mask)) & full;
                Rebase(count, now);
                break;
            case >= 0x34 and <= 0x40:
                ref var channel = ref ccr[(offset - 0x34) / 4];
                channel = ((channel & ~mask) | (value & mask)) & full;
                break;
            case < 0x60:
                registers[offset / 4] = (registers[offset / 4] & ~mask) | (value & mask);
                break;
        }

        Drive();
        Plan();
    }

    public void Advance(long now)
    {
        if (now >= NextEvent)
        {
            Look(now);
            Plan();
        }
    }

    public void Reset(long now)
    {
        registers.AsSpan().Clear();
        ccr.AsSpan().Clear();
        (sr, dier, cr1, psc, activePsc, arr) = (0, 0, 0, 0, 0, full);
        hertz = clock();
        Rebase(0, now);
        Drive();
        Plan();
    }

    /// <summary>The clock tree changed: the line bends here.</summary>
    public void ClockChanged(long now)
    {
        Look(now);
        Rebase(Position(now) % Period, now);
        Plan();
    }

    public void Freeze(bool frozen, long now)
    {
        if (frozen != this.frozen)
        {
            Look(now);
            var count = Position(now) % Period;
            this.frozen = frozen;
            Rebase(count, now);
            Plan();
        }
    }

    private long Position(long now)
    {
        if (!Running)
        {
            return originCount;
        }

        var (elapsed, perTick) = ((ulong)(now - origin), (activePsc + 1UL) * 1_000_000_000);
        return originCount + (long)(elapsed < FitsIn64Bits ? elapsed * (ulong)hertz / perTick : (ulong)((UInt128)elapsed * (ulong)hertz / perTick));
    }

    private long TimeOf(long position) =>
        origin + (long)((((UInt128)(position - originCount) * ((activePsc + 1UL) * 1_000_000_000)) + (ulong)hertz - 1) / (ulong)hertz);

    private void Rebase(long count, long now) => (origin, originCount, seen, hertz) = (now, count, count, Math.Max(clock(), 1));

    /// <summary>Raises the flags for every mark between the last look and now.</summary>
    private void Look(long now)
    {
        if (!Running)
        {
            return;
        }

        var position = Position(now);
        if (position <= seen)
        {
            return;
        }

        for (var i = 0; i < channels; i++)
        {
            if (NextMark(ccr[i], seen) <= position && ccr[i] <= arr)
            {
                sr |= 2u << i;
            }
        }

        var wrapped = position / Period > seen / Period && (cr1 & UDIS) == 0;
        seen = position;
        if (wrapped)
        {
            sr |= 1;
            if ((cr1 & OPM) != 0)
            {
                cr1 &= ~CEN;
                Rebase(0, now);
            }
            else if (activePsc != psc)
            {
                activePsc = psc;
                Rebase(position % Period, now);
            }
        }

        Drive();
    }

    /// <summary>The first position after <paramref name="after"/> at which the counter shows <paramref name="count"/>.</summary>
    private long NextMark(uint count, long after)
    {
        var mark = (after / Period * Period) + count;
        return mark > after ? mark : mark + Period;
    }

    private void Generate(uint events, long now)
    {
        if ((events & 1) != 0)
        {
            activePsc = psc;
            Rebase(0, now);
            sr |= (cr1 & (URS | UDIS)) == 0 ? 1u : 0;
        }

        sr |= events & 0x1E;
    }

    private void Drive()
    {
        var pending = sr & dier;
        if (compare is null)
        {
            update.Set((pending & 0x5F) != 0);
        }
        else
        {
            update.Set((pending & 1) != 0);
            compare.Set((pending & 0x1E) != 0);
        }
    }

    private void Plan()
    {
        NextEvent = long.MaxValue;
        if (!Running || (dier & 0x1F) == 0)
        {
            return;
        }

        // A flag that is up already has nothing new to tell.
        var wanted = dier & ~sr;
        var next = (wanted & 1) != 0 ? ((seen / Period) + 1) * Period : long.MaxValue;
        for (var i = 0; i < channels; i++)
        {
            if ((wanted & 2u << i) != 0 && ccr[i] <= arr)
            {
                next = Math.Min(next, NextMark(ccr[i], seen));
            }
        }

        if (next != long.MaxValue)
        {
            NextEvent = TimeOf(next);
            chip.EventMoved(NextEvent);
        }
    }
}
