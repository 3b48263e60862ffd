namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class SwdioContention : FaultKind
{
    public override string Name => "swdio-contention";

    public override string Description => "Another output is connected to SWDIO: at every clock some transfers are lost, the more the higher the clock.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { HasContention = true };
}
