using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class Rdp1 : FaultKind
{
    public override string Name => "rdp1";

    public override string Description => "Read-out protection of level 1.";

    internal override string Needs => "A line with read-out protection of level 1.";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.ReadProtection, argument);
}
