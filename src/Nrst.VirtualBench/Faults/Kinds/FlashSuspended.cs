using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashSuspended : FirmwareFault
{
    public override string Name => "flash-suspended";

    public override string Description => "The program keeps the flash from being changed (ACR.PES): PESD is set, and an erase waits for ever.";

    internal override string Needs => "A line with PES (WB, WL).";

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
        => chip.FlashModel.SuspendBit != 0 ? program.Change(chip.FlashController, chip.FlashModel.SuspendBit) : null;
}
