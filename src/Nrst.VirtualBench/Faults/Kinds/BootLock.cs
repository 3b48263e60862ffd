using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class BootLock : FaultKind
{
    public override string Name => "boot-lock";

    public override string Description => "BOOT_LOCK and read-out protection of level 1 together: the debug port is closed.";

    internal override string Needs => "A line with BOOT_LOCK (G0, G4, C0, U0, WL).";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.BootLock, argument);
}
