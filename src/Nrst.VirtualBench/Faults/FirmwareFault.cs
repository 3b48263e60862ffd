using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults;

/// <summary>A fault that is a program in the flash. Whoever programs another is rid of it.</summary>
internal abstract class FirmwareFault : FaultKind
{
    internal sealed override bool Runs => true;

    internal sealed override bool Bear(Stm32Chip chip, uint argument)
    {
        if (Write(chip, Programs.New(chip)) is not { } program)
        {
            return false;
        }

        chip.Flashed(program.Image());
        return true;
    }

    /// <summary>Writes the program, which ends in a loop; null where this chip cannot have it.</summary>
    protected abstract ThumbProgram? Write(Stm32Chip chip, ThumbProgram program);
}
