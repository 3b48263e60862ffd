using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults;

/// <summary>Beginnings of programs for a chip.</summary>
internal static class Programs
{
    private const uint LoopAt = 0x40;

    /// <param name="offset">Of its vector table from the beginning of the flash.</param>
    public static ThumbProgram New(Stm32Chip chip, uint offset = 0) => new(chip.FlashStart + offset, chip.StackTop);

    /// <summary>A program that does nothing, for ever.</summary>
    public static ThumbProgram Idle(Stm32Chip chip)
    {
        var program = New(chip);
        return program.Emit(0xBF00).Branch(0); // NOP
    }

    /// <summary>The first instruction of that loop.</summary>
    public static uint IdleLoop(Stm32Chip chip) => chip.FlashStart + LoopAt;

    /// <summary>Turns of a delay loop for so many milliseconds at the clock after a reset.</summary>
    public static uint Turns(this Stm32Chip chip, uint milliseconds) => Math.Max(1, (uint)(chip.ResetHertz / 3000 * milliseconds));
}
