using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class FirmwareSleeps : FirmwareFault
{
    public override string Name => "firmware-sleeps";

    public override string Description => "The program lives in Stop: it wakes four times a second for a moment, and between that nothing behind the access ports has a clock.";

    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with { WakePulseNanoseconds = 250_000_000 };

    protected override ThumbProgram? Write(Stm32Chip chip, ThumbProgram program)
    {
        program.Change(SCR, SLEEPDEEP);
        var loop = program.Here;
        return program.Delay(chip.Turns(1)).WaitForEvent().Branch(loop);
    }

    private const uint SCR = 0xE000_ED10, SLEEPDEEP = 1 << 2;
}
