using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class EccDamage : FaultKind
{
    public override string Name => "ecc-damage";

    public override string Argument => "ADDRESS";

    public override string Description => "The error code of the flash word at this address is wrong: a write to it was cut off.";

    internal override string Needs => "A flash with an error code, and an address in it.";

    internal override bool Bear(Stm32Chip chip, uint argument) => chip.FlashModel.Damage(argument);
}
