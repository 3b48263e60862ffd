using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class BankSwapped : FaultKind
{
    public override string Name => "bank-swapped";

    public override string Description => "The option bytes exchange the two banks of the flash.";

    internal override string Needs => "Two banks that the option bytes can exchange.";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.BanksSwapped, argument);
}
