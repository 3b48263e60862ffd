namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class NrstSlow : FaultKind
{
    public override string Name => "nrst-slow";

    public override string Argument => "MICROSECONDS";

    public override string Description => "A large capacitor on NRST: this long after everybody has let go of it, it still counts as low.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        argument is > 0 and <= 2_000_000 ? null : "Up to 2 seconds (2000000) it is a capacitor, beyond that it is nrst-held-low.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Chip = board.Chip with { Reset = board.Chip.Reset with { RiseNanoseconds = argument * 1000L } };
}
