namespace Nrst.VirtualBench.Boards;

/// <summary>A USB-serial adapter at a USART of a board's chip, on the board's clock; its DTR and RTS lead where the board's wiring says.</summary>
internal sealed class VirtualSerialLine : ISerialLine
{
    /// <summary>How far to look ahead for what a program on the chip may send, which nobody can foretell.</summary>
    private const long Step = 100_000;

    private readonly VirtualBoard _board;
    private readonly IUsartPins _pins;
    private readonly int _usart;
    private readonly Queue<byte> _received = new();
    private int _baud = 115_200;
    private SerialParity _parity = SerialParity.Even;
    private bool _dtr, _rts;

    public VirtualSerialLine(VirtualBoard board, IUsartPins pins, int usart)
    {
        (_board, _pins, _usart) = (board, pins, usart);
        pins.Sent += Heard;
    }

    private VirtualClock Clock => _board.VirtualClock;

    /// <summary>Something came in that nobody has read.</summary>
    public bool HasInput => _received.Count > 0;

    public long BitNanoseconds => 1_000_000_000L / _baud;

    public void Configure(int baud, SerialParity parity) => (_baud, _parity) = (baud, parity);

    public void Send(ReadOnlySpan<byte> bytes) => _pins.Receive(_usart, bytes, Clock.Nanoseconds, _baud, _parity == SerialParity.Even);

    public int Receive(Span<byte> into, TimeSpan limit)
    {
        var deadline = Clock.Nanoseconds + (limit.Ticks * 100);
        _board.Chip.RunUntil(Clock.Nanoseconds);
        while (_received.Count == 0 && Clock.Nanoseconds < deadline)
        {
            // A bootloader that waits for a byte waits until somebody sends one.
            var next = _board.NextLoaderEvent is var own && (own < long.MaxValue || _board.IsInItsLoader) ? own : Clock.Nanoseconds + Step;
            Clock.Advance(Math.Clamp(next, Clock.Nanoseconds + 1, deadline) - Clock.Nanoseconds);
            _board.Chip.RunUntil(Clock.Nanoseconds);
        }

        var count = 0;
        while (count < into.Length && _received.TryDequeue(out var value))
        {
            into[count++] = value;
        }

        return count;
    }

    public void DropInput()
    {
        _board.Chip.RunUntil(Clock.Nanoseconds);
        _received.Clear();
    }

    public void SetLines(bool? dtr, bool? rts)
    {
        (_dtr, _rts) = (dtr ?? _dtr, rts ?? _rts);
        _board.DriveFromSerial(_dtr, _rts);
    }

    public void Dispose() => _pins.Sent -= Heard;

    private void Heard(int usart, byte value)
    {
        if (usart == _usart)
        {
            _received.Enqueue(value);
        }
    }
}
