using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class SmpsMismatch : FirmwareFault
{
    public override string Name => "smps-mismatch";

    public override string Description => "The program switches the core supply to a step-down converter whose coil the board does not have: the chip is dead from then on, until its power is taken away.";

    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with
    {
        Supply = board.Chip.Supply with { LacksCoil = true },
    };

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
        => program.Delay(chip.Turns(5)).Set(PWR_CR3, SDEN);

    private const uint PWR_CR3 = 0x5802_480C, SDEN = 1 << 2;

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Part.Name.Length > 8 && site.Part.Name[..9] is "STM32H725" or "STM32H735" or "STM32H745" or "STM32H747" or "STM32H755" or "STM32H757"
            ? null
            : $"The {site.Part.Name} has no step-down converter for its core.";
}
