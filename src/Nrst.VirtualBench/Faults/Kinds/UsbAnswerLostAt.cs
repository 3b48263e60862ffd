namespace Nrst.VirtualBench.Faults.Kinds;

internal sealed class UsbAnswerLostAt : FaultKind
{
    public override string Name => "usb-answer-lost-at";

    public override string Argument => "ANSWER";

    public override string Description => "The probe never sends this one of its answers.";

    internal override void Spoil(BoardPhysics board, uint argument) =>
        board.Wire = board.Wire with { Usb = board.Wire.Usb with { AnswerLostAt = argument } };
}
