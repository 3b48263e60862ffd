namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbExtraPacketAt : FaultKind
{
    public override string Name => "usb-extra-packet-at";

    public override string Argument => "ANSWER";

    public override string Description => "The probe sends a packet too many behind this answer.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { ExtraPacketAt = argument } };
}
