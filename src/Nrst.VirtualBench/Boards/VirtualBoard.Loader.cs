using Nrst.VirtualBench.Rom;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Boards;

// What leads to the bootloader in the chip's ROM: its own USB connector, and a serial line to one of its USARTs.
public sealed partial class VirtualBoard
{
    private const long PowerPause = 500_000_000, PinPause = 1_000_000;

    private UsbDevice? _dfu;
    private int _dfuGeneration;

    /// <summary>The DFU device on the chip's own USB connector at this moment; null while there is none.</summary>
    public VirtualDfuDevice? Dfu => DfuOnTheBus is { Identity: var id }
        ? new VirtualDfuDevice(id.VendorId, id.ProductId, id.Product, id.Serial, id.Release)
        : null;

    /// <summary>The board holds the BOOT0 pin high. The chip looks when a reset ends.</summary>
    public bool Boot0
    {
        get => _state.Boot0;
        set
        {
            _state = _state with { Boot0 = value };
            _chip.RunUntil(_clock.Nanoseconds);
            _chip.DriveBoot0(value);
        }
    }

    internal long NextLoaderEvent => _chip.Loader?.NextEvent ?? long.MaxValue;

    internal bool IsInItsLoader => _chip.Loader is { IsRunning: true };

    /// <summary>The same object as long as the device stays on the bus; null while it is not there.</summary>
    internal UsbDevice? DfuOnTheBus
    {
        get
        {
            _chip.RunUntil(_clock.Nanoseconds);
            if (_chip.Loader is not { Rom.Dfu: { } dfu } loader || loader.OnTheBus > _clock.Nanoseconds)
            {
                return null;
            }

            if (_dfu is null || _dfuGeneration != loader.Generation)
            {
                _dfu = RomOnUsb.Make(loader, dfu, () => _chip.RunUntil(_clock.Nanoseconds), () => _clock.Nanoseconds);
                _dfuGeneration = loader.Generation;
            }

            return _dfu;
        }
    }

    /// <summary>
    /// Opens the DFU device, waiting on the board's clock until it is on the bus, but no longer than <paramref name="limit"/>.
    /// </summary>
    /// <param name="seat">Its place on a bus with other boards; null where it has one for itself.</param>
    /// <returns>Null where it does not appear: the chip runs its firmware, or its bootloader knows no USB.</returns>
    public IControlPipe? OpenDfu(TimeSpan limit, UsbSeat? seat = null)
    {
        seat?.PlugIn(UsbSpeed.Full, _state.Hub, _clock.Nanoseconds);
        var deadline = _clock.Nanoseconds + (limit.Ticks * 100);
        while (true)
        {
            if (DfuOnTheBus is { } device)
            {
                return new VirtualDfu(this, device, seat).Configure();
            }

            var appears = _chip.Loader?.OnTheBus ?? long.MaxValue;
            if (_clock.Nanoseconds >= deadline)
            {
                return null;
            }

            _clock.Advance(Math.Clamp(appears, _clock.Nanoseconds + 1, Math.Min(deadline, _clock.Nanoseconds + 1_000_000)) - _clock.Nanoseconds);
        }
    }

    /// <summary>Lets time pass until a bootloader that was just started is on the bus, as it would be before anybody has started a program on the host.</summary>
    internal UsbDevice? DfuWhenItHasStarted()
    {
        if (_chip.Loader is { Rom.Dfu: not null, IsRunning: false })
        {
            _clock.Advance(PinPause);
        }

        if (DfuOnTheBus is null && _chip.Loader is { OnTheBus: < long.MaxValue and var appears })
        {
            _clock.Advance(Math.Max(appears - _clock.Nanoseconds, 0));
        }

        return DfuOnTheBus;
    }

    /// <summary>A serial adapter at the pins of a USART.</summary>
    /// <param name="usart">Null for the first one that the bootloader listens at, or the one of the virtual COM port.</param>
    /// <returns>Null where the chip has no such USART.</returns>
    public ISerialLine? OpenSerial(int? usart = null) => SerialLine(usart);

    /// <summary>Takes the supply away for half a second and gives it back. The probe has its own.</summary>
    public void PowerCycle()
    {
        _chip.PowerOff(_clock.Nanoseconds);
        _clock.Advance(PowerPause);
        _state = _state with { PowerCycled = true };
        PowerOn();
    }

    internal VirtualSerialLine? SerialLine(int? usart = null)
    {
        var number = usart ?? _chip.Loader?.Rom.Usarts[0] ?? VcpUsart;
        return _chip.Usarts is { } pins && (pins.Usarts.Contains(number) || (_chip.Loader?.Rom.Usarts.Contains(number) ?? false))
            ? new VirtualSerialLine(this, pins, number)
            : null;
    }

    /// <summary>The adapter's control lines have changed.</summary>
    internal void DriveFromSerial(bool dtr, bool rts)
    {
        if (_state.BootWiring is not { } text || BootWiring.TryParse(text) is not { } wiring)
        {
            return;
        }

        _chip.RunUntil(_clock.Nanoseconds); // what the pins were until now may have ended a reset
        _chip.DriveBoot0(wiring.Boot0(dtr, rts) ?? _state.Boot0);
        _chip.DriveReset(wiring.ResetIsLow(dtr, rts), _clock.Nanoseconds);
    }

}
