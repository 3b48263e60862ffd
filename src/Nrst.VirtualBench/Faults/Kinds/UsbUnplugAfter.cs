namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbUnplugAfter : FaultKind
{
    public override string Name => "usb-unplug-after";

    public override string Argument => "TRANSFERS";

    public override string Description => "The probe's USB cable comes loose after this many transfers.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { UnplugAfter = argument } };
}
