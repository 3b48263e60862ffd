using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>The debug interface of an ST-LINK: commands out, answers in, and an endpoint for trace that stays silent.</summary>
internal sealed class StLinkOnUsb : UsbFunction
{
    private const byte AnswersIn = 0x81;

    private readonly StLinkDevice _device;
    private readonly int _maxPacket;
    private readonly Queue<ReadOnlyMemory<byte>> _packets = new();

    public StLinkOnUsb(StLinkDevice device, ProbeModel model)
    {
        (_device, _maxPacket) = (device, model.MaxPacket);

        // The first probe of the line has its command endpoint at 2, every later one at 1.
        var (commands, trace) = model.Key == "v2" ? ((byte)0x02, (byte)0x83) : ((byte)0x01, (byte)0x82);
        Interfaces =
        [
            new UsbInterface(0, (0xFF, 0xFF, 0xFF), model.Key == "v2" ? null : "ST-Link Debug",
            [
                new UsbEndpoint(AnswersIn, UsbTransferType.Bulk, model.MaxPacket),
                new UsbEndpoint(commands, UsbTransferType.Bulk, model.MaxPacket),
                new UsbEndpoint(trace, UsbTransferType.Bulk, model.MaxPacket),
            ]),
        ];
    }

    public override IReadOnlyList<UsbInterface> Interfaces { get; }

    public override UsbHandshake Take(byte endpoint, ReadOnlySpan<byte> transfer) => _device.Take(transfer);

    public override UsbHandshake TakeQueued(byte endpoint, ReadOnlySpan<byte> transfer) => _device.Take(transfer, queued: true);

    public override UsbHandshake Give(byte endpoint, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        if (endpoint != AnswersIn)
        {
            return UsbHandshake.Nak;
        }

        if (_packets.Count == 0)
        {
            if (_device.Give(out var reply) is var handshake and not UsbHandshake.Ack)
            {
                return handshake;
            }

            // Nobody waits for an empty packet behind a reply of whole ones: the host knows how much it asked for.
            for (var at = 0; at < reply.Count || at == 0; at += _maxPacket)
            {
                _packets.Enqueue(reply.Slice(at, Math.Min(_maxPacket, reply.Count - at)));
            }
        }

        packet = _packets.Dequeue();
        return UsbHandshake.Ack;
    }

    public override void HostGaveUp(byte endpoint)
    {
        if (endpoint == AnswersIn)
        {
            _device.HostGaveUp();
        }
    }

    public override void ClearHalt(byte endpoint) => _device.ClearHalt(toHost: (endpoint & UsbEndpoint.ToHost) != 0);

    public override void Reset()
    {
        _packets.Clear();
        _device.ForgetTransfers();
    }
}
