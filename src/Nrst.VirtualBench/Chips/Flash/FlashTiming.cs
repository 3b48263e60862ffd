using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>How long the flash is busy, by the column of the data sheet and, on the lines that can choose it, the parallelism.</summary>
internal sealed class FlashTiming(FlashTimes times, FlashTimeColumn column)
{
    /// <summary>One programming access.</summary>
    public long Program => Nanoseconds(column == FlashTimeColumn.Max ? times.ProgramMax : times.ProgramTypical);

    /// <param name="bytes">Size of the page or sector.</param>
    /// <param name="bits">Parallelism where the controller lets one choose, else null.</param>
    public long Unit(uint bytes, int? bits = null) => Erase(times.Erase, bytes, bits);

    /// <param name="bytes">Size of the bank.</param>
    /// <param name="bits">Parallelism where the controller lets one choose, else null.</param>
    public long Bank(uint bytes, int? bits = null) =>
        times.BankErase.Count > 0 ? Erase(times.BankErase, bytes, bits) : Erase(times.Erase, bytes, bits);

    /// <summary>The column's own choice between two times that no table of the device data has.</summary>
    public long Choose(TimeSpan typical, TimeSpan max) => Nanoseconds(column == FlashTimeColumn.Max ? max : typical);

    private long Erase(IReadOnlyList<EraseTime> rows, uint bytes, int? bits)
    {
        var kib = Math.Max((int)(bytes / 1024), 1);
        var row = rows.Where(row => bits is null || row.Bits == bits).OrderBy(row => Math.Abs(row.UnitKiB - kib)).First();
        var time = Nanoseconds(column == FlashTimeColumn.Max ? row.Max : row.Typical);
        return row.UnitKiB == kib || bits is null ? time : (long)((double)time * kib / row.UnitKiB);
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * 100;
}
