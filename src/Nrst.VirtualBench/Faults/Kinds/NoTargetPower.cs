namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NoTargetPower : FaultKind
{
    public override string Name => "no-target-power";

    public override string Description => "The target has no supply: 0 V on VDD, and silent debug pins.";

    internal override void Spoil(BoardPhysics board, uint argument)
    {
        board.Wire = board.Wire with { NoTargetPower = true };
        board.Chip = board.Chip with { SupplyVolts = 0 };
    }
}
