using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class WriteProtected : FaultKind
{
    public override string Name => "write-protected";

    public override string Argument => "SECTOR";

    public override string Description => "The option bytes protect this sector from erase and program.";

    internal override string Needs => "Option bytes that protect sectors, and a sector of this number.";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Provision(OptionWish.WriteProtection, argument);
}
