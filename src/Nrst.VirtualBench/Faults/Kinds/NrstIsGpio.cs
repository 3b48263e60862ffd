using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NrstIsGpio : FaultKind
{
    public override string Name => "nrst-is-gpio";

    public override string Description => "The option bytes make NRST a GPIO: pulling it low does nothing.";

    internal override string Needs => "A line on which NRST can be a GPIO (G0, G4, C0, U0).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.ResetPinIsGpio, argument);
}
