using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class ProductStateClosed : FaultKind
{
    public override string Name => "product-state-closed";

    public override string Description => "The product state is Closed: of the access ports only the one for asking to be let in answers.";

    internal override string Needs => "A line with product states (H5).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.Closed, argument);
}
