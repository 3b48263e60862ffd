using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>What a probe remembers as long as it has power.</summary>
internal readonly record struct StLinkState(byte Mode, int Kilohertz, bool ResetDriven);

/// <summary>An ST-LINK as the host's USB transfers meet it: bulk OUT and bulk IN of the debug interface.</summary>
/// <remarks>
/// <see cref="Dispose"/> is the host closing the device. The probe keeps its mode, as real ones do, and loses only what was on its
/// endpoints.
/// </remarks>
internal sealed class StLinkDevice : IBulkPipe
{
    private const int CommandLength = 16;

    /// <summary>How long a host waits on an endpoint that has nothing to say.</summary>
    private const long IdleTimeoutNs = 1_000_000_000;

    private readonly ProbeModel _model;
    private readonly StLinkFirmware _firmware;
    private readonly SwdWire _wire;
    private readonly VirtualClock _clock;
    private readonly StLinkEndpoints _endpoints;
    private byte[]? _fromHost;
    private int _arrived;
    private Outcome _then;

    public StLinkDevice(ProbeModel model, ProbeFirmware version, IChip chip, VirtualClock clock, WireFaults faults, StLinkState? state = null)
    {
        (_model, _clock, _endpoints) = (model, clock, new StLinkEndpoints(model.MaxPacket, faults.Usb));
        _wire = new SwdWire(chip, clock, faults);
        _firmware = new StLinkFirmware(model, version, _wire, clock);
        var start = state ?? new StLinkState(
            model.ModeAfterPlug, DefaultKilohertz(model), ResetDriven: false);
        _firmware.Mode = start.Mode;
        _wire.Kilohertz = start.Kilohertz;
        if (start.ResetDriven)
        {
            _wire.DriveReset(low: true);
        }

        if (start.Mode == StLinkMode.Debug)
        {
            _firmware.Debug.Resume();
        }
    }

    /// <summary>The host is about to see whether there is a target, or what voltage it has.</summary>
    public event Action? Looked;

    /// <summary>Commands so far, each with its data and its answer counted as one.</summary>
    public long Exchanges { get; private set; }

    public long BytesOut { get; private set; }

    public long BytesIn { get; private set; }

    /// <summary>The command before goes on with data from the host.</summary>
    public bool ExpectsData => _fromHost is not null;

    /// <summary>The cable has come loose.</summary>
    public bool IsGone => _endpoints.IsGone;

    public int MaxPacket => _model.MaxPacket;

    /// <summary>The probe's place on a bus that boards share; null where it has one for itself.</summary>
    public UsbSeat? Seat { get; set; }

    public StLinkState State => new(_firmware.Mode, _wire.Kilohertz, _wire.ResetDriven);

    public void Send(ReadOnlySpan<byte> packet) => Check(Take(packet));

    public int Receive(Span<byte> into)
    {
        var handshake = Give(out var reply);
        if (handshake == UsbHandshake.Nak)
        {
            _clock.Advance(IdleTimeoutNs, TimeKind.Usb);
            _endpoints.HostGaveUp();
            throw new ProbeException("NRST1181", "The probe had nothing to say for 1000 ms.")
            {
                LostSync = true,
                TimedOut = true,
                LikelyCause = "The command before was not one that the probe answers, or its data is still missing.",
            };
        }

        Check(handshake);
        var length = Math.Min(reply.Count, into.Length);
        reply[..length].AsSpan().CopyTo(into);
        if (length < reply.Count)
        {
            BytesIn -= reply.Count - length;

            // The endpoint sends whole packets: a host that asked for less than one gets more than it has room for.
            if (into.Length % _model.MaxPacket != 0)
            {
                throw new ProbeException("NRST1184", $"The probe sent {reply.Count} bytes where {into.Length} were asked for.")
                {
                    LostSync = true,
                    Failure = TransferFailure.Overflow,
                };
            }

            _endpoints.PutBack(reply[length..]);
        }

        return length;
    }

    /// <summary>A whole transfer to the OUT endpoint: a command, or data that the command before goes on with.</summary>
    /// <param name="queued">The host had it ready behind the one before.</param>
    public UsbHandshake Take(ReadOnlySpan<byte> transfer, bool queued = false)
    {
        if (_endpoints.Begin(toHost: false) is var handshake and not UsbHandshake.Ack)
        {
            return handshake;
        }

        Cross(transfer.Length);
        BytesOut += transfer.Length;
        if (_fromHost is { } expected)
        {
            TakeData(expected, transfer, queued);
            return UsbHandshake.Ack;
        }

        if (transfer.IsEmpty)
        {
            _clock.Advance(ProbeModel.CallNs, TimeKind.Usb);
            return UsbHandshake.Ack;
        }

        Span<byte> command = stackalloc byte[CommandLength];
        command.Clear();
        transfer[..Math.Min(transfer.Length, CommandLength)].CopyTo(command);
        Exchanges++;
        _clock.Advance(ProbeModel.CallNs, TimeKind.Usb);
        if (StLinkFirmware.LooksForTarget(command))
        {
            Looked?.Invoke();
        }

        var outcome = _firmware.Handle(command);
        if (outcome.Reply is { } reply)
        {
            _endpoints.Answer(reply);
        }
        else if (outcome.WithData is not null)
        {
            (_fromHost, _arrived, _then) = (new byte[outcome.DataLength], 0, outcome);
        }

        return UsbHandshake.Ack;
    }

    /// <summary>The next answer, whole; NAK while there is none.</summary>
    public UsbHandshake Give(out ArraySegment<byte> reply)
    {
        reply = default;
        var handshake = _endpoints.Begin(toHost: true);
        if (handshake == UsbHandshake.Ack)
        {
            reply = _endpoints.Next();
            _clock.Advance(_model.ExchangeNs - ProbeModel.CallNs, TimeKind.Usb);
            Cross(reply.Count);
            BytesIn += reply.Count;
        }

        return handshake;
    }

    /// <summary>The host stopped waiting for an answer.</summary>
    public void HostGaveUp() => _endpoints.HostGaveUp();

    /// <summary>The host cleared the halt of one of the two endpoints.</summary>
    public void ClearHalt(bool toHost) => _endpoints.ClearHalt(toHost);

    /// <summary>The host closes the device.</summary>
    public void Dispose() => ForgetTransfers();

    /// <summary>The endpoints lose what was under way.</summary>
    public void ForgetTransfers()
    {
        _endpoints.Forget();
        _fromHost = null;
    }

    /// <summary>The probe's USB cable was pulled and put back: its firmware starts anew. The board behind it has a supply of its own.</summary>
    public void PowerCycle()
    {
        ForgetTransfers();
        _endpoints.PlugIn();
        _wire.DriveReset(low: false);
        (_firmware.Mode, _wire.Kilohertz) = (_model.ModeAfterPlug, DefaultKilohertz(_model));
    }

    private static int DefaultKilohertz(ProbeModel model) => model.Hardware >= 3 ? SwdSpeeds.DefaultV3 : SwdSpeeds.DefaultV2;

    private void Cross(int bytes)
    {
        if (Seat is { } seat)
        {
            _clock.Advance(seat.Delay(_clock.Nanoseconds, bytes), TimeKind.Usb);
        }
    }

    private void TakeData(byte[] expected, ReadOnlySpan<byte> packet, bool queued)
    {
        var wanted = Math.Min(packet.Length, expected.Length - _arrived);
        packet[..wanted].CopyTo(expected.AsSpan(_arrived));
        _arrived += wanted;
        if (_arrived < expected.Length)
        {
            return;
        }

        var saved = queued ? ProbeModel.CommandAndDataNs - ProbeModel.QueuedNs : 0;
        _clock.Advance(_then.DataNs - ProbeModel.CallNs - saved, TimeKind.Usb);
        _fromHost = null;
        _then.WithData!(expected);
    }

    private static void Check(UsbHandshake handshake)
    {
        switch (handshake)
        {
            case UsbHandshake.Stall:
                throw new ProbeException("NRST1187", "The probe answered a transfer with STALL.")
                {
                    LostSync = true,
                    Failure = TransferFailure.Stalled,
                    LikelyCause = "Its firmware met something that it could not go on from; this board was made so (usb-stall-at).",
                    Remedies = [new Remedy("Run the command again: opening the probe anew clears its endpoints.")],
                };
            case UsbHandshake.Gone:
                throw new ProbeException("NRST1182", "The probe was unplugged.")
                {
                    LostSync = true,
                    Failure = TransferFailure.Gone,
                    LikelyCause = "This board was made with a USB cable that comes loose (usb-unplug-after).",
                    Remedies =
                    [
                        new Remedy("Run the command again: it starts from what the chip holds now."),
                        new Remedy("Make a board with a better cable.", "nrst bench new NAME --chip STM32F407VG"),
                    ],
                };
        }
    }
}
