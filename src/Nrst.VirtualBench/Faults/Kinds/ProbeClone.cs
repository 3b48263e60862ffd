namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class ProbeClone : FaultKind
{
    public override string Name => "probe-clone";

    public override string Description => "The probe is a copy: a serial number of eight digits, a firmware that does not belong to its kind, a voltage that never changes.";

    internal override string? WhyNot(FaultSite site, uint argument) =>
        site.Probe.Hardware >= 3 ? "Copies are of the ST-LINK/V2 and V2-1." : null;

    internal override void Spoil(BoardPhysics board, uint argument)
    {
        board.ProbeSerialIsShort = true;
        board.ProbeFirmware = model => model.CopyFirmware;
        board.Wire = board.Wire with { FrozenVolts = 3.24 };
    }
}
