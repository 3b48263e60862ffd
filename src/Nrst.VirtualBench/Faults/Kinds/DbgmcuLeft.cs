using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class DbgmcuLeft : FaultKind
{
    public override string Name => "dbgmcu-left";

    public override string Description => "A debugger has left DBGMCU as it needed it: clocks run on in Sleep, Stop and Standby, and watchdogs stop with the core.";

    internal override string Needs => "A chip whose DBGMCU has bits for the low-power modes.";

    internal override bool NeedsPowerToLast => true;

    internal override bool Bear(Stm32Chip chip, uint argument) => LowPower(chip) is not null;

    internal override void Leave(Stm32Chip chip, uint argument, long now)
    {
        var dbgmcu = chip.Series.Dbgmcu;
        chip.DebugMcu.Write(LowPower(chip)!.Offset, 7, 7, now);
        foreach (var freeze in new[] { dbgmcu.Iwdg, dbgmcu.Wwdg }.OfType<FreezeBit>())
        {
            chip.DebugMcu.Write(freeze.Register, 1u << freeze.Bit, 1u << freeze.Bit, now);
        }
    }

    private static DbgmcuRegister? LowPower(Stm32Chip chip) =>
        chip.Series.Dbgmcu.Registers.FirstOrDefault(register => register.Offset == 4 && (register.Writable & 7) != 0);
}
