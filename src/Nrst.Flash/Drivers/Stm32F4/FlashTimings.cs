using Nrst.Targets;

namespace Nrst.Flash.Stm32F4;

internal static class FlashTimings
{
    extension(FlashTimes times)
    {
        public OperationTime EraseOf(FlashSector sector, Parallelism parallelism) =>
            Nearest(times.Erase, (int)(sector.Range.Length / 1024), parallelism);

        public OperationTime EraseOfAll(BankedLayout layout, Parallelism parallelism) =>
            Nearest(times.BankErase, (int)(layout.Range.Length / 1024), parallelism);

        public OperationTime ProgramOf(int accesses) => new(times.ProgramTypical * accesses, times.ProgramMax * accesses);
    }

    /// <summary>The row for this size, or the nearest one in proportion.</summary>
    private static OperationTime Nearest(IReadOnlyList<EraseTime> rows, int kib, Parallelism parallelism)
    {
        var row = rows.Where(row => row.Bits == parallelism.Bits).MinBy(row => Math.Abs(row.UnitKiB - kib))
            ?? throw new ArgumentException($"The device data give no erase time for x{parallelism.Bits}.");
        var scale = kib / (double)row.UnitKiB;
        return new OperationTime(row.Typical * scale, row.Max * Math.Max(scale, 1));
    }
}
