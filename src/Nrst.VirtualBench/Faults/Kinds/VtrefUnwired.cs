namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class VtrefUnwired : FaultKind
{
    public override string Name => "vtref-unwired";

    public override string Description => "The probe's sense wire does not reach VDD: it measures 0 V, and the chip works.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { SenseIsUnwired = true };
}
