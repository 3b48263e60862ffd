using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class EraseInterrupted : FaultKind
{
    public override string Name => "erase-interrupted";

    public override string Argument => "SECTOR";

    public override string Description => "An erase of this sector was torn off: its cells read so and so, until it is erased.";

    internal override string Needs => "A sector of this number.";

    internal override bool Bear(Stm32Chip chip, uint argument)
    {
        if (chip.FlashModel.Map.Units.ElementAtOrDefault((int)argument) is not { } unit)
        {
            return false;
        }

        chip.Flash.Slice((int)unit.Offset, (int)unit.Range.Length).Fill(0x5A);
        chip.FlashModel.Cells.Erase(unit, part: 0.5);
        chip.FlashModel.LeaveHalfErased(unit);
        return true;
    }
}
