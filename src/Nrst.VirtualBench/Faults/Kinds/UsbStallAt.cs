namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbStallAt : FaultKind
{
    public override string Name => "usb-stall-at";

    public override string Argument => "TRANSFER";

    public override string Description => "The probe's firmware stumbles: it answers this USB transfer with STALL.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { StallAt = argument } };
}
