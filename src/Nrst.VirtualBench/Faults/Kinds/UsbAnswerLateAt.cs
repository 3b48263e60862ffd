namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbAnswerLateAt : FaultKind
{
    public override string Name => "usb-answer-late-at";

    public override string Argument => "ANSWER";

    public override string Description => "The probe hangs: this answer comes after the host has stopped waiting for it.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { AnswerLateAt = argument } };
}
