using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;

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
    private bool _closed;

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

        var faults = FaultCatalogue.Wire([.. state.Faults.Select(FaultCatalogue.Parse)]);
        _clock.Resume(state.Nanoseconds);
        LoadChip();
        chip.DriveBoot0(state.Boot0);
        if (!faults.NoTargetPower)
        {
            chip.PowerOn(state.Nanoseconds);
        }

        Device = new StLinkDevice(model, version, chip, _clock, faults, Restore(state.Probe));
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

    internal bool RawSerial => _state.RawSerial;

    internal VirtualClock VirtualClock => _clock;

    internal ChipTimes ChipTimes => _chip.Times;

    /// <summary>Writes the board's state to disk as it is now.</summary>
    public void Save()
    {
        var probe = Device.State;
        _state = _state with
        {
            Nanoseconds = _clock.Nanoseconds,
            Probe = new ProbeState(probe.Mode, probe.Kilohertz, probe.ResetDriven),
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

    private void LoadChip()
    {
        if (_folder.ReadChip(_state) is not { } saved)
        {
            return;
        }

        try
        {
            _chip.Load(saved);
        }
        catch (FormatException wrong)
        {
            throw _folder.Damaged("its flash does not fit its chip", wrong);
        }
    }

    private static StLinkState? Restore(ProbeState? probe) =>
        probe is null ? null : new StLinkState(probe.Mode, Math.Max(1, probe.Kilohertz), probe.ResetDriven);
}
