using Nrst.VirtualBench.Chips;

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
    private readonly WireFaults _faults;
    private readonly Queue<ArraySegment<byte>> _toHost = new();
    private byte[]? _fromHost;
    private int _arrived;
    private Outcome _then;
    private long _transfers;

    public StLinkDevice(ProbeModel model, ProbeFirmware version, IChip chip, VirtualClock clock, WireFaults faults, StLinkState? state = null)
    {
        (_model, _clock, _faults) = (model, clock, faults);
        _wire = new SwdWire(chip, clock, faults);
        _firmware = new StLinkFirmware(model, version, _wire, clock);
        var start = state ?? new StLinkState(
            model.ModeAfterPlug, model.Hardware >= 3 ? SwdSpeeds.DefaultV3 : SwdSpeeds.DefaultV2, ResetDriven: false);
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

    /// <summary>Commands so far, each with its data and its answer counted as one.</summary>
    public long Exchanges { get; private set; }

    public long BytesOut { get; private set; }

    public long BytesIn { get; private set; }

    /// <summary>The command before goes on with data from the host.</summary>
    public bool ExpectsData => _fromHost is not null;

    public int MaxPacket => _model.MaxPacket;

    public StLinkState State => new(_firmware.Mode, _wire.Kilohertz, _wire.ResetDriven);

    public void Send(ReadOnlySpan<byte> packet)
    {
        CountTransfer();
        BytesOut += packet.Length;
        if (_fromHost is { } expected)
        {
            TakeData(expected, packet);
            return;
        }

        if (packet.IsEmpty)
        {
            _clock.Advance(ProbeModel.CallNs, TimeKind.Usb);
            return;
        }

        Span<byte> command = stackalloc byte[CommandLength];
        command.Clear();
        packet[..Math.Min(packet.Length, CommandLength)].CopyTo(command);
        Exchanges++;
        _clock.Advance(ProbeModel.CallNs, TimeKind.Usb);
        var outcome = _firmware.Handle(command);
        if (outcome.Reply is { } reply)
        {
            _toHost.Enqueue(reply);
        }
        else if (outcome.WithData is not null)
        {
            (_fromHost, _arrived, _then) = (new byte[outcome.DataLength], 0, outcome);
        }
    }

    public int Receive(Span<byte> into)
    {
        CountTransfer();
        if (!_toHost.TryDequeue(out var reply))
        {
            _clock.Advance(IdleTimeoutNs, TimeKind.Usb);
            throw new ProbeException("NRST1181", "The probe had nothing to say for 1000 ms.")
            {
                LostSync = true,
                TimedOut = true,
                LikelyCause = "The command before was not one that the probe answers, or its data is still missing.",
            };
        }

        _clock.Advance(_model.ExchangeNs - ProbeModel.CallNs, TimeKind.Usb);
        var length = Math.Min(reply.Count, into.Length);
        reply[..length].AsSpan().CopyTo(into);
        BytesIn += length;
        if (length < reply.Count)
        {
            // The endpoint sends whole packets: a host that asked for less than one gets more than it has room for.
            if (into.Length % _model.MaxPacket != 0)
            {
                throw new ProbeException("NRST1184", $"The probe sent {reply.Count} bytes where {into.Length} were asked for.")
                {
                    LostSync = true,
                    Failure = TransferFailure.Overflow,
                };
            }

            KeepRest(reply[length..]);
        }

        return length;
    }

    /// <summary>The host closes the device.</summary>
    public void Dispose() => ForgetTransfers();

    /// <summary>The endpoints lose what was under way.</summary>
    public void ForgetTransfers()
    {
        _toHost.Clear();
        _fromHost = null;
    }

    private void TakeData(byte[] expected, ReadOnlySpan<byte> packet)
    {
        var wanted = Math.Min(packet.Length, expected.Length - _arrived);
        packet[..wanted].CopyTo(expected.AsSpan(_arrived));
        _arrived += wanted;
        if (_arrived < expected.Length)
        {
            return;
        }

        _clock.Advance(_then.DataNs - ProbeModel.CallNs, TimeKind.Usb);
        _fromHost = null;
        _then.WithData!(expected);
    }

    private void KeepRest(ArraySegment<byte> rest)
    {
        var later = _toHost.ToArray();
        _toHost.Clear();
        _toHost.Enqueue(rest);
        foreach (var reply in later)
        {
            _toHost.Enqueue(reply);
        }
    }

    private void CountTransfer()
    {
        if (_faults.UnplugAfter is { } limit && _transfers >= limit)
        {
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

        _transfers++;
    }
}
