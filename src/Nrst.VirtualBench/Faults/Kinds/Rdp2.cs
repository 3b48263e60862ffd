using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class Rdp2 : FaultKind
{
    public override string Name => "rdp2";

    public override string Description => "Read-out protection of level 2, or what the line has in its place: the debug port is closed for good.";

    internal override string Needs => "A line that can close its debug port for good.";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.ReadProtectionForGood, argument);
}
