using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>How long the flash is busy, by the column of the data sheet and, on the lines that can choose it, the parallelism.</summary>
internal sealed class FlashTiming(FlashTimes times, FlashTimeColumn column)
{
    /// <summary>One programming access.</summary>
    public long Program => Choose(times.ProgramTypical, times.ProgramMax);

    /// <summary>One burst (row, half page); null where the data has no figure.</summary>
    public long? Burst => times.Burst is { } burst ? Choose(burst.Typical, burst.Max) : null;

    /// <summary>One programming access at a parallelism, where that changes its time.</summary>
    public long ProgramAt(int bits) => times.ProgramAt.FirstOrDefault(time => time.Bits == bits) is { } time ? Choose(time.Typical, time.Max) : Program;

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
        var row = rows.Where(row => bits is null || row.Bits == bits).OrderBy(row => Math.Abs((long)row.UnitBytes - bytes)).First();
        var time = Nanoseconds(column == FlashTimeColumn.Max ? row.Max : row.Typical);
        return row.UnitBytes == bytes || bits is null ? time : (long)((double)time * bytes / row.UnitBytes);
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * 100;
}
