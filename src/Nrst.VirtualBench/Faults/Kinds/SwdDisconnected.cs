namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class SwdDisconnected : FaultKind
{
    public override string Name => "swd-disconnected";

    public override string Description => "SWDIO does not reach the chip.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { SwdDisconnected = true };
}
