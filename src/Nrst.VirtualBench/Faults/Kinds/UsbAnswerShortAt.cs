namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbAnswerShortAt : FaultKind
{
    public override string Name => "usb-answer-short-at";

    public override string Argument => "ANSWER";

    public override string Description => "The probe sends half of this answer.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { AnswerShortAt = argument } };
}
