namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class SwdNoisyAbove : FaultKind
{
    public override string Name => "swd-noisy-above";

    public override string Argument => "KHZ";

    public override string Description => "The SWD wires are too long: above this clock some transfers are lost.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { NoisyAboveKilohertz = (int)Math.Min(argument, int.MaxValue) };
}
