namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class ProbeFirmwareOld : FaultKind
{
    public override string Name => "probe-firmware-old";

    public override string Description => "The firmware of the probe is from its first years.";

    internal override void Spoil(BoardPhysics board, uint argument) => board.ProbeFirmware = model => model.OldestFirmware;
}
