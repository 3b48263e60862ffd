using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;
using Nrst.VirtualBench.Probes;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Boards;

/// <summary>A board on the bench, powered and with its probe plugged in, until it is disposed of.</summary>
/// <remarks>
/// What a real board keeps without power is kept when this is closed: flash, option bytes, the probe's mode. The chip itself
/// comes out of a power-on reset each time the board is opened.
/// </remarks>
public sealed partial class VirtualBoard : IDisposable
{
    private readonly BoardFolder _folder;
    private readonly IDisposable _lock;
    private readonly IBoardChip _chip;
    private readonly VirtualClock _clock = new();
    private BoardState _state;
    private readonly IReadOnlyList<Fault> _faults;
    private bool _closed;

    /// <summary>How long a board with a program on it has had power when a probe comes.</summary>
    private const long Age = 30_000_000;

    /// <param name="exchange">What a command and its answer take instead of what is usual for this kind of probe.</param>
    internal VirtualBoard(string name, BoardFolder folder, BoardState state, IDisposable @lock, IBoardChip chip, TimeSpan? exchange = null)
    {
        (Name, _folder, _state, _lock, _chip) = (name, folder, state, @lock, chip);
        Model = ProbeModel.Find(state.Kind) ?? throw folder.Damaged($"no probe is of kind '{state.Kind}'", null);
        Model = exchange is { } time ? Model with { ExchangeNs = time.Ticks * 100 } : Model;
        var model = Model;
        var version = ProbeFirmware.TryParse(state.Firmware, model.Hardware)
            ?? throw folder.Damaged($"'{state.Firmware}' is no firmware of a {model.Product}", null);
        Identity = new ProbeIdentity(model.Product, state.Serial, version.ToString(), ProbeModel.VendorId, model.ProductId);

        _faults = [.. state.Faults.Select(FaultCatalogue.Parse)];
        _clock.Resume(state.Nanoseconds);
        LoadChip();
        chip.DriveBoot0(state.Boot0);
        PowerOn();
        Device = new StLinkDevice(model, version, chip, _clock, BoardPhysics.With(_faults).Wire, Restore(state.Probe));
        Device.Looked += FollowHands;
    }

    public string Name { get; }

    public ProbeIdentity Identity { get; }

    /// <summary>The probe's debug interface, as a USB host talks to it.</summary>
    public IBulkPipe Pipe => Device;

    /// <summary>The bench's time. Nothing else may measure anything on this board.</summary>
    public IClock Clock => _clock;

    internal StLinkDevice Device { get; }

    internal ProbeModel Model { get; }

    internal IChip Chip => _chip;

    internal IUsartPins? Usarts => _chip.Usarts;

    /// <summary>The USART at the other end of the probe's virtual COM port.</summary>
    internal int VcpUsart => _state.VcpUsart ?? VcpWiring.DefaultUsart(_state.Chip);

    internal UsbSpeed ProbeSpeed => Model.Hardware >= 3 ? UsbSpeed.High : UsbSpeed.Full;

    internal bool RawSerial => _state.RawSerial;

    internal VirtualClock VirtualClock => _clock;

    internal ChipTimes ChipTimes => _chip.Times;

    /// <summary>Puts the probe's cable into the hub that the board belongs to, or into a socket of the computer, on a bus with other boards.</summary>
    public void Share(UsbSeat seat)
    {
        ArgumentNullException.ThrowIfNull(seat);
        seat.PlugIn(ProbeSpeed, _state.Hub, _clock.Nanoseconds);
        Device.Seat = seat;
    }

    /// <summary>Writes the board's state to disk as it is now.</summary>
    public void Save()
    {
        var probe = Device.State;
        _state = _state with
        {
            Nanoseconds = _clock.Nanoseconds,
            Probe = new ProbeState(probe.Mode, probe.Kilohertz, probe.ResetDriven),
            Marginal = _chip.Marginal,
        };
        _folder.Write(_state, _chip.Save());
    }

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        try
        {
            Save();
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private void PowerOn()
    {
        var now = _clock.Nanoseconds;
        _chip.PowerOn(now);
        if (!_state.PowerCycled)
        {
            _chip.Leave(_faults, now);
        }

        if (_faults.Any(fault => fault.Kind.Runs))
        {
            _clock.Advance(_state.PowerCycled ? 0 : Age, TimeKind.Host);
            _chip.RunUntil(_clock.Nanoseconds);
        }
    }

    /// <summary>Whoever polls for the chip or its voltage waits for somebody's hands at the board; they may have been there.</summary>
    private void FollowHands()
    {
        foreach (var deed in _folder.TakeDeeds())
        {
            if (deed == BoardFolder.PowerCycleDeed)
            {
                PowerCycle();
            }
            else
            {
                _state = BoardSetting.Apply(_state, deed);
                _chip.DriveBoot0(_state.Boot0);
            }
        }
    }

    private void LoadChip()
    {
        if (_folder.ReadChip(_state) is not { } saved)
        {
            _chip.Bear(_faults);
            if (_state.Programmed)
            {
                _chip.Occupy();
            }

            return;
        }

        try
        {
            _chip.Load(saved);
            _chip.Marginal = _state.Marginal;
        }
        catch (FormatException wrong)
        {
            throw _folder.Damaged("its flash does not fit its chip", wrong);
        }
    }

    private static StLinkState? Restore(ProbeState? probe) =>
        probe is null ? null : new StLinkState(probe.Mode, Math.Max(1, probe.Kilohertz), probe.ResetDriven);
}
