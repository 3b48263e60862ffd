using System.Buffers.Binary;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>The virtual COM port of a probe: a CDC-ACM modem whose line ends at a USART of the chip.</summary>
/// <remarks>
/// "USB CDC Subclass Specification for PSTN Devices". The bytes of the chip's USART arrive when its stop bit has passed on the board's
/// clock. Whether both ends agree on the baud rate is not looked at.
/// </remarks>
internal sealed class VirtualComPort : UsbFunction
{
    private const byte NotificationsIn = 0x84;
    private const byte DataIn = 0x85;
    private const byte DataOut = 0x05;

    private const byte SetLineCoding = 0x20;
    private const byte GetLineCoding = 0x21;
    private const byte SetControlLineState = 0x22;
    private const ushort DataTerminalReady = 1;
    private const int LineCodingLength = 7;
    private const byte EvenParity = 2;

    /// <summary>What the probe keeps for a host that opened the port and does not read; more is lost.</summary>
    private const int LongestBacklog = 64 * 1024;

    private readonly IUsartPins? _pins;
    private readonly int _usart;
    private readonly Func<long> _now;
    private readonly int _maxPacket;
    private readonly Queue<byte> _received = new();
    private readonly byte[] _lineCoding = new byte[LineCodingLength];
    private bool _isOpen;
    private bool _owesEmptyPacket;

    /// <param name="pins">Where the line ends; null for a board without that chip.</param>
    /// <param name="now">The board's time.</param>
    public VirtualComPort(byte firstInterface, int maxPacket, IUsartPins? pins, int usart, Func<long> now)
    {
        (_pins, _usart, _now, _maxPacket) = (pins, usart, now, maxPacket);
        BinaryPrimitives.WriteInt32LittleEndian(_lineCoding, 115_200);
        _lineCoding[6] = 8;
        var data = (byte)(firstInterface + 1);
        Association = new UsbAssociation(firstInterface, 2, (0x02, 0x02, 0x01));
        Interfaces =
        [
            new UsbInterface(firstInterface, (0x02, 0x02, 0x01), "ST-Link VCP Ctrl",
                [new UsbEndpoint(NotificationsIn, UsbTransferType.Interrupt, 10, Interval: maxPacket > 64 ? (byte)11 : (byte)255)])
            {
                ClassDescriptors =
                [
                    5, 0x24, 0x00, 0x10, 0x01,     // CDC 1.10
                    5, 0x24, 0x01, 0x00, data,     // no call management
                    4, 0x24, 0x02, 0x02,           // line coding and control lines
                    5, 0x24, 0x06, firstInterface, data,
                ],
            },
            new UsbInterface(data, (0x0A, 0x00, 0x00), "ST-Link VCP Data",
            [
                new UsbEndpoint(DataOut, UsbTransferType.Bulk, maxPacket),
                new UsbEndpoint(DataIn, UsbTransferType.Bulk, maxPacket),
            ]),
        ];
        if (pins is not null)
        {
            pins.Sent += Heard;
        }
    }

    public override IReadOnlyList<UsbInterface> Interfaces { get; }

    public override UsbAssociation Association { get; }

    /// <summary>While a program has the port open the chip has to live, or a program that only listens would hear nothing for ever.</summary>
    public override bool IsLive => _isOpen;

    public override UsbAnswer Control(UsbSetup setup, ReadOnlySpan<byte> data)
    {
        switch (setup.RequestType, setup.Request)
        {
            case (0x21, SetLineCoding) when data.Length == LineCodingLength:
                data.CopyTo(_lineCoding);
                return UsbAnswer.Done;
            case (0xA1, GetLineCoding):
                return UsbAnswer.Of([.. _lineCoding]);
            case (0x21, SetControlLineState):
                Open((setup.Value & DataTerminalReady) != 0);
                return UsbAnswer.Done;
            default:
                return UsbAnswer.Stall;
        }
    }

    public override UsbHandshake Take(byte endpoint, ReadOnlySpan<byte> transfer)
    {
        _pins?.Receive(_usart, transfer, _now(), BinaryPrimitives.ReadInt32LittleEndian(_lineCoding), _lineCoding[5] == EvenParity);
        return UsbHandshake.Ack;
    }

    public override UsbHandshake Give(byte endpoint, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        if (endpoint != DataIn || (_received.Count == 0 && !_owesEmptyPacket))
        {
            return UsbHandshake.Nak;
        }

        var bytes = new byte[Math.Min(_received.Count, _maxPacket)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = _received.Dequeue();
        }

        // A host that has room for more goes on waiting behind a full packet.
        _owesEmptyPacket = bytes.Length == _maxPacket && _received.Count == 0;
        packet = bytes;
        return UsbHandshake.Ack;
    }

    public override void Reset() => Open(false);

    private void Open(bool open)
    {
        if (open != _isOpen)
        {
            _received.Clear();
            (_isOpen, _owesEmptyPacket) = (open, false);
        }
    }

    private void Heard(int usart, byte value)
    {
        if (usart == _usart && _isOpen && _received.Count < LongestBacklog)
        {
            _received.Enqueue(value);
        }
    }
}
