namespace Nrst.VirtualBench.Boards;

/// <summary>The chip's USARTs at their pins, with what the board has connected there.</summary>
internal interface IUsartPins
{
    /// <summary>Which USARTs the chip has, by the number in their names.</summary>
    IReadOnlyCollection<int> Usarts { get; }

    /// <summary>A byte has left a TX pin: the number of the USART, and the byte.</summary>
    event Action<int, byte>? Sent;

    /// <summary>Bytes for an RX pin, one after the other from now on.</summary>
    /// <param name="baud">How fast they come.</param>
    /// <param name="hasParity">They have an even parity bit.</param>
    void Receive(int usart, ReadOnlySpan<byte> bytes, long now, int baud, bool hasParity);
}
