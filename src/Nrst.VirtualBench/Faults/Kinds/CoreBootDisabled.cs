using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class CoreBootDisabled : FaultKind
{
    public override string Name => "core-boot-disabled";

    public override string Description => "BCM7 = 0: the Cortex-M7 does not start, and its access port reaches nothing.";

    internal override string Needs => "A chip with two cores (STM32H745, H747, H755, H757).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.FirstCoreOff, argument);
}
