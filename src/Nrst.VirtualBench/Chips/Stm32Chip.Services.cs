using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips;

// What cores, peripherals and flash ask of the chip they sit on.
internal sealed partial class Stm32Chip
{
    void ICoreSignals.SystemResetRequested(long now) => Reset(ResetSource.Software, now);

    void IChipServices.SetInterrupt(int number, bool level) => core?.SetInterrupt(number, level);

    void IChipServices.PendNmi() => core.PendNmi();

    void IChipServices.EventMoved(long when) => core.SliceEnd = Math.Min(core.SliceEnd, when);

    void IChipServices.ResetBy(ResetSource source, long now) => Reset(source, now);

    uint IChipServices.Peek(uint address) => peripherals.Read(address & ~3u, clock);

    double IChipServices.VoltsUnderPump => supply.VoltsUnderPump;

    bool IChipServices.SupplyFeedsPump => supply.FeedsPump;

    bool IChipServices.SupplyOverfeedsPump => supply.OverfeedsPump;

    bool IChipServices.PumpWorks(long from, long until)
    {
        var breaksDown = supply.PumpWorks(from, until);
        if (breaksDown)
        {
            core.SliceEnd = Math.Min(core.SliceEnd, supply.BreaksDownAt);
        }

        return breaksDown;
    }

    void IChipServices.CoreSupplyChosen(uint configuration)
    {
        const uint Ldo = 1 << 1, StepDown = 1 << 2;
        if (options.Supply.LacksCoil && (configuration & (Ldo | StepDown)) == StepDown)
        {
            coreSupplyFailed = true;
            ForCores(each => each.SliceEnd = Math.Min(each.SliceEnd, each.Now));
        }
    }

    void IChipServices.Move(uint from, uint to, int bytes, long now)
    {
        if (bus.Read(from, bytes, out var value, BusMaster.Dma, ref now) == BusStatus.Ok)
        {
            bus.Write(to, bytes, value, BusMaster.Dma, ref now);
        }
    }

    void IChipServices.ProtectionLifted() => bus.ClearBackupSram();

    void IChipServices.Note(string text)
    {
        if (!notes.Contains(text))
        {
            notes.Add(text);
        }
    }
}
