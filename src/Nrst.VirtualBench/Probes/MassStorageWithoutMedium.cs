using System.Buffers.Binary;
using System.Text;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>
/// The disk of an ST-LINK/V2-1 or V3, as a card reader without a card. On a real one, files that are copied there are programmed; the
/// bench does not do that, and a disk without medium is the honest way to say so: no system mounts it or writes to it.
/// </summary>
/// <remarks>"USB Mass Storage Class, Bulk-Only Transport" with the few SCSI commands that a host asks an empty drive.</remarks>
internal sealed class MassStorageWithoutMedium : UsbFunction
{
    private const byte AnswersIn = 0x83;
    private const byte CommandsOut = 0x03;

    private const int WrapperLength = 31;
    private const uint WrapperSignature = 0x4342_5355; // "USBC"
    private const uint StatusSignature = 0x5342_5355;  // "USBS"

    private const byte GetMaxLun = 0xFE;
    private const byte BulkOnlyReset = 0xFF;

    private const byte NotReady = 0x02;
    private const byte IllegalRequest = 0x05;
    private const byte MediumNotPresent = 0x3A;
    private const byte InvalidCommand = 0x20;

    private readonly Queue<byte[]> _packets = new();
    private bool _mustReset;
    private bool _haltBeforeStatus;
    private (byte Key, byte Code) _sense;

    private readonly int _maxPacket;

    public MassStorageWithoutMedium(byte number, int maxPacket)
    {
        _maxPacket = maxPacket;
        Interfaces =
        [
            new UsbInterface(number, (0x08, 0x06, 0x50), "ST-Link Mass Storage",
            [
                new UsbEndpoint(AnswersIn, UsbTransferType.Bulk, maxPacket),
                new UsbEndpoint(CommandsOut, UsbTransferType.Bulk, maxPacket),
            ]),
        ];
    }

    public override IReadOnlyList<UsbInterface> Interfaces { get; }

    public override UsbAnswer Control(UsbSetup setup, ReadOnlySpan<byte> data)
    {
        switch (setup.RequestType, setup.Request)
        {
            case (0xA1, GetMaxLun):
                return UsbAnswer.Of(0);
            case (0x21, BulkOnlyReset):
                Reset();
                return UsbAnswer.Done;
            default:
                return UsbAnswer.Stall;
        }
    }

    /// <remarks><code>signature32 | tag32 | length32 | flags, bit 7 to the host | LUN | command length | command, 16 bytes</code></remarks>
    public override UsbHandshake Take(byte endpoint, ReadOnlySpan<byte> transfer)
    {
        if (_mustReset || transfer.Length != WrapperLength || BinaryPrimitives.ReadUInt32LittleEndian(transfer) != WrapperSignature)
        {
            // Out of step: both endpoints stay halted until the host resets the interface ("Reset Recovery").
            _mustReset = true;
            return UsbHandshake.Stall;
        }

        var wanted = BinaryPrimitives.ReadUInt32LittleEndian(transfer[8..]);
        var toHost = (transfer[12] & 0x80) != 0;
        var answer = Execute(transfer[15..]);
        var passed = answer is not null && (answer.Length == 0 || toHost);
        var sent = toHost && passed ? (int)Math.Min((uint)answer!.Length, wanted) : 0;
        for (var at = 0; at < sent; at += _maxPacket)
        {
            _packets.Enqueue(answer![at..Math.Min(sent, at + _maxPacket)]);
        }

        // Data that was to come and does not is told by a halt, which the host clears to get at the status.
        _haltBeforeStatus = toHost && wanted > 0 && sent == 0;
        if (sent > 0 && sent < wanted && sent % _maxPacket == 0)
        {
            _packets.Enqueue([]);
        }

        var status = new byte[13];
        BinaryPrimitives.WriteUInt32LittleEndian(status, StatusSignature);
        transfer.Slice(4, 4).CopyTo(status.AsSpan(4));
        BinaryPrimitives.WriteUInt32LittleEndian(status.AsSpan(8), wanted - (uint)sent);
        status[12] = passed ? (byte)0 : (byte)1;
        _packets.Enqueue(status);
        return UsbHandshake.Ack;
    }

    public override UsbHandshake Give(byte endpoint, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        if (_mustReset || _haltBeforeStatus)
        {
            _haltBeforeStatus = false;
            return UsbHandshake.Stall;
        }

        if (!_packets.TryDequeue(out var next))
        {
            return UsbHandshake.Nak;
        }

        packet = next;
        return UsbHandshake.Ack;
    }

    public override void Reset()
    {
        _packets.Clear();
        (_mustReset, _haltBeforeStatus, _sense) = (false, false, default);
    }

    /// <returns>The data for the host, empty where there is none; null where the command fails, for a reason that can be asked for.</returns>
    private byte[]? Execute(ReadOnlySpan<byte> command)
    {
        switch ((ScsiCommand)command[0])
        {
            case ScsiCommand.RequestSense:
                var (key, code) = _sense;
                _sense = default;
                return [0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, code, 0, 0, 0, 0, 0];
            case ScsiCommand.Inquiry:
                return [0x00, 0x80, 0x04, 0x02, 31, 0, 0, 0, .. Encoding.ASCII.GetBytes("STM     " + "Virtual ST-LINK " + "1.0 ")];
            case ScsiCommand.ModeSense6:
                return [3, 0, 0x80, 0]; // write-protected
            case ScsiCommand.StartStopUnit or ScsiCommand.PreventRemoval:
                return [];
            case ScsiCommand.TestUnitReady or ScsiCommand.ReadFormatCapacities or ScsiCommand.ReadCapacity10 or ScsiCommand.Read10
                or ScsiCommand.Write10 or ScsiCommand.Verify10 or ScsiCommand.SynchronizeCache:
                _sense = (NotReady, MediumNotPresent);
                return null;
            default:
                _sense = (IllegalRequest, InvalidCommand);
                return null;
        }
    }

    private enum ScsiCommand : byte
    {
        TestUnitReady = 0x00,
        RequestSense = 0x03,
        Inquiry = 0x12,
        ModeSense6 = 0x1A,
        StartStopUnit = 0x1B,
        PreventRemoval = 0x1E,
        ReadFormatCapacities = 0x23,
        ReadCapacity10 = 0x25,
        Read10 = 0x28,
        Write10 = 0x2A,
        Verify10 = 0x2F,
        SynchronizeCache = 0x35,
    }
}
