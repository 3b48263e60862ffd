using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FlashErrorsLeft : FaultKind
{
    public override string Name => "flash-errors-left";

    public override string Description => "A session that ended in the middle has left error flags in the flash controller.";

    internal override bool NeedsPowerToLast => true;

    internal override void Leave(Stm32Chip chip, uint argument, long now) => chip.FlashModel.RaiseProgramError();
}
