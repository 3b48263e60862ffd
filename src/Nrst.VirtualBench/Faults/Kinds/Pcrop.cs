using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class Pcrop : FaultKind
{
    public override string Name => "pcrop";

    public override string Description => "The option bytes make the second sector code that can be executed and not read.";

    internal override string Needs => "Option bytes for code that cannot be read (L0, L4, G0, G4, WB, WL, H7, some F4 and F7).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.CodeOnly, argument);
}
