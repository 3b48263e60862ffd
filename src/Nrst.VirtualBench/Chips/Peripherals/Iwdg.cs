namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>The independent watchdog: once started, only a reset stops it, and if nobody feeds it, it is the reset.</summary>
internal sealed class Iwdg(IChipServices chip, Func<bool> startedByOption) : ITimedPeripheral, IFreezable
{
    private const long LsiHertz = 32_000;
    private uint prescaler, reload = 0xFFF;
    private bool open;
    private long fed;
    private long frozenAt = -1;

    public bool Running { get; private set; }

    public long NextEvent => Running && frozenAt < 0 ? fed + Timeout : long.MaxValue;

    private long Timeout => (reload + 1L) * (4L << (int)Math.Min(prescaler, 6)) * 1_000_000_000 / LsiHertz;

    public uint Read(uint offset, long now) => offset switch
    {
        0x04 => prescaler,
        0x08 => reload,
        _ => 0, // KR reads 0; the registers cross into the LSI domain at once, so PVU and RVU stay 0
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        switch (offset, value & mask & 0xFFFF)
        {
            case (0x00, 0x5555):
                open = true;
                return;
            case (0x00, var key):
                open = false;
                if (key == 0xCCCC && !Running)
                {
                    (Running, fed) = (true, now);
                }

                fed = key == 0xAAAA ? now : fed;
                break;
            case (0x04, var value4) when open:
                prescaler = value4 & 7;
                break;
            case (0x08, var value8) when open:
                reload = value8 & 0xFFF;
                break;
        }

        chip.EventMoved(NextEvent);
    }

    public void Advance(long now)
    {
        if (now >= NextEvent)
        {
            // Where NRST cannot be pulled low there is no reset, and it counts anew.
            fed = now;
            chip.ResetBy(ResetSource.IndependentWatchdog, now);
        }
    }

    public void Reset(long now) =>
        (prescaler, reload, open, Running, fed, frozenAt) = (0, 0xFFF, false, startedByOption(), now, -1);

    public void Freeze(bool frozen, long now)
    {
        if (frozen && frozenAt < 0)
        {
            frozenAt = now;
        }
        else if (!frozen && frozenAt >= 0)
        {
            (fed, frozenAt) = (fed + now - frozenAt, -1);
        }
    }
}
