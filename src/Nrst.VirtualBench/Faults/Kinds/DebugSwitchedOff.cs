using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class DebugSwitchedOff : FirmwareFault
{
    public override string Name => "debug-switched-off";

    public override string Description => "The program clears FLASH_ACR.DBG_SWEN: the debug pins are dead until a reset.";

    internal override string Needs => "A line with DBG_SWEN (G0, G4, C0, U0).";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
        => chip.FlashModel.Registers.Any(register => register.Offset == 0 && (register.Modelled & DBG_SWEN) != 0)
            ? program.Delay(chip.Turns(1)).Change(chip.FlashController, 0, DBG_SWEN)
            : null;

    private const uint DBG_SWEN = 1 << 18;
}
