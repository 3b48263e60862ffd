using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareLocksUp : FaultKind
{
    public override string Name => "firmware-locks-up";

    public override string Description => "The vectors in the flash lead nowhere: the core locks up at once.";

    internal override bool Runs => true;

    internal override bool Bear(Stm32Chip chip, uint argument)
    {
        // Even addresses: there is no Thumb code, and the handler of that is none either.
        var image = Programs.Idle(chip).Image();
        for (var vector = 1; vector < 16; vector++)
        {
            image[4 * vector] &= 0xFE;
        }

        chip.Flashed(image);
        return true;
    }
}
