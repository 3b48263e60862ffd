namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NrstPushPull : FaultKind
{
    public override string Name => "nrst-push-pull";

    public override string Description => "A supervisor with a push-pull output keeps NRST high: neither the probe nor the chip can pull it low.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Reset = board.Chip.Reset with { HasPushPullSupervisor = true } };
}
