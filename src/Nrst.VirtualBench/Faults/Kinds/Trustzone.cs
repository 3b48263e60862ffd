using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class Trustzone : FaultKind
{
    public override string Name => "trustzone";

    public override string Description => "TrustZone is on, and a debugger may see the non-secure world alone, in which there is nothing.";

    internal override string Needs => "A line with TrustZone (L5, U3, U5, H5, WBA).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.TrustZone, argument);
}
