using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>How long the flash is busy, by the parallelism that CR.PSIZE asks for.</summary>
internal sealed class FlashTiming(FlashTimes times, FlashTimeColumn column)
{
    public long Program => Nanoseconds(column == FlashTimeColumn.Max ? times.ProgramMax : times.ProgramTypical);

    /// <summary>The option bytes live in a 16 KiB sector of their own that is erased and written anew.</summary>
    public long OptionBytes => Sector(16 * 1024, 2) + (2 * Program);

    public long Sector(uint bytes, uint psize) => Erase(times.Erase, bytes, psize);

    public long Bank(uint bytes, uint psize) =>
        times.BankErase.Count > 0 ? Erase(times.BankErase, bytes, psize) : Erase(times.Erase, bytes, psize);

    private long Erase(IReadOnlyList<EraseTime> rows, uint bytes, uint psize)
    {
        // x64 is not in the tables of every data sheet; it is not slower than x32.
        var bits = 8 << (int)Math.Min(psize, 2);
        var kib = (int)(bytes / 1024);
        var row = rows.Where(row => row.Bits == bits).OrderBy(row => Math.Abs(row.UnitKiB - kib)).First();
        var time = Nanoseconds(column == FlashTimeColumn.Max ? row.Max : row.Typical);
        return row.UnitKiB == kib ? time : (long)((double)time * kib / row.UnitKiB);
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * 100;
}
