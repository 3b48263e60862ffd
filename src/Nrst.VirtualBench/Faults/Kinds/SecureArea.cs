using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class SecureArea : FaultKind
{
    public override string Name => "secure-area";

    public override string Description => "Some pages of the flash are shut off: a securable area that the program has left, or the pages of a second CPU.";

    internal override string Needs => "A securable area (G0, G4, C0) or a second CPU that owns pages (WB, WL5).";

    internal override bool Runs => true;

    internal override bool Bear(Stm32Chip chip, uint argument)
    {
        if (!chip.FlashModel.Provision(OptionWish.SecureArea))
        {
            return false;
        }

        if (chip.FlashModel.SecurableShut is var (register, bits))
        {
            // From behind the area it shuts; the vectors are in it, and read before that.
            var behind = chip.FlashModel.Map.Units[2].Offset;
            var image = Programs.New(chip, behind)
                .Set(chip.FlashController + 8, 0x4567_0123).Set(chip.FlashController + 8, 0xCDEF_89AB)
                .Change(chip.FlashController + register, bits).Image();
            chip.Flashed(image, behind);
            chip.Flashed(image.AsSpan(0, 64));
        }

        return true;
    }
}
