using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Probes;

/// <summary>The probe's end of the debug cable: clocks transfers out, waits out WAIT, pulls NRST.</summary>
internal sealed class SwdWire
{
    /// <summary>One transfer with its data phase: request 8, turnaround 1, acknowledge 3, data 33, turnaround 1.</summary>
    public const int BitsPerTransfer = 46;

    /// <summary>
    /// How long the firmware repeats a transfer that is answered with WAIT before it tells the host. Long enough for the stall of a
    /// word program or a page erase, short enough that no client's one-second USB limit is reached.
    /// </summary>
    public const long PatienceNs = 100_000_000;

    /// <summary>An AHB-AP access takes about this many HCLK cycles; a faster wire than that earns WAITs.</summary>
    private const int HclkPerAccess = 5;

    private const uint NoiseSeed = 0x2545_F491;

    private readonly IChip _chip;
    private readonly VirtualClock _clock;
    private readonly WireFaults _faults;
    private SwDebugPort? _port;
    private ISwdTarget? _portOf;
    private int _powerUps;
    private long _picoseconds;
    private uint _noise = NoiseSeed;

    public SwdWire(IChip chip, VirtualClock clock, WireFaults faults)
    {
        (_chip, _clock, _faults) = (chip, clock, faults);
    }

    public int Kilohertz { get; set; } = SwdSpeeds.DefaultV2;

    public double TargetVolts
    {
        get
        {
            _chip.RunUntil(_clock.Nanoseconds);
            return _faults.FrozenVolts ?? (_faults.NoTargetPower || _faults.SenseIsUnwired ? 0 : _chip.SupplyVolts);
        }
    }

    public bool ResetDriven { get; private set; }

    /// <summary>The debug port, once the line was switched to SWD and for as long as the chip keeps its power.</summary>
    public SwDebugPort? Port
    {
        get
        {
            if (_portOf is not null && (_chip.PowerUps != _powerUps || HasNoPower))
            {
                (_port, _portOf) = (null, null);
            }

            return _port;
        }
    }

    /// <summary>The debug port has lost its supply, not only its pins.</summary>
    private bool HasNoPower => _faults.NoTargetPower || _chip.SupplyVolts == 0;

    private ISwdTarget? Target => _faults.SwdDisconnected || _faults.NoTargetPower ? null : _chip.Swd;

    public void DriveReset(bool low)
    {
        ResetDriven = low;
        _chip.RunUntil(_clock.Nanoseconds);
        _chip.DriveReset(low, _clock.Nanoseconds);
    }

    /// <summary>Line reset, the switch from JTAG to SWD, line reset.</summary>
    public void SwitchToSwd()
    {
        const int bits = 56 + 16 + 56 + 8;
        Spend(Picoseconds(bits));
        _chip.RunUntil(_clock.Nanoseconds);
        if (Port is null && Target is { } target)
        {
            (_port, _portOf, _powerUps) = (new SwDebugPort(target), target, _chip.PowerUps);
        }
    }

    public SwdAck ReadDp(int address, out uint value)
    {
        Spend(Picoseconds(BitsPerTransfer));
        value = 0;
        return Transfer(ap: false, read: true, address, ref value);
    }

    public SwdAck WriteDp(int address, uint value)
    {
        Spend(Picoseconds(BitsPerTransfer));
        return Transfer(ap: false, read: false, address, ref value);
    }

    /// <summary>Selects, reads, and fetches the posted result.</summary>
    public SwdAck ReadAp(byte ap, int address, out uint value)
    {
        value = 0;
        var ack = Select(ap, address);
        if (ack != SwdAck.Ok)
        {
            return ack;
        }

        Spend(2 * Picoseconds(BitsPerTransfer));
        ack = Transfer(ap: true, read: true, address, ref value);
        return ack == SwdAck.Ok ? Transfer(ap: false, read: true, SwDebugPort.RDBUFF, ref value) : ack;
    }

    /// <summary>Selects and writes, and does not wait for what becomes of it.</summary>
    public SwdAck WriteAp(byte ap, int address, uint value)
    {
        var ack = Select(ap, address);
        if (ack != SwdAck.Ok)
        {
            return ack;
        }

        Spend(Picoseconds(BitsPerTransfer));
        return Transfer(ap: true, read: false, address, ref value);
    }

    /// <summary>Whether the chip has an access port of this number.</summary>
    public bool HasPort(byte ap) => ap == 0 || Target?.Port(ap) is not null;

    /// <summary>Points an access port at an address. The time of this is part of the fitted time per item.</summary>
    public SwdAck PrepareAccess(byte ap, uint csw, uint address)
    {
        var ack = Select(ap, AhbAp.CSW);
        if (ack == SwdAck.Ok)
        {
            ack = Transfer(ap: true, read: false, AhbAp.CSW, ref csw);
        }

        return ack == SwdAck.Ok ? Transfer(ap: true, read: false, AhbAp.TAR, ref address) : ack;
    }

    /// <summary>The time of so many transfers.</summary>
    public void SpendTransfers(int count) => Spend(count * Picoseconds(BitsPerTransfer));

    /// <summary>The time of one item of a block: the wire and the firmware, or the chip's bus where that is slower.</summary>
    public void SpendItem(long firmwareNs)
    {
        var item = Picoseconds(BitsPerTransfer) + firmwareNs * 1000;
        Spend(Target is { } target ? Math.Max(item, HclkPerAccess * target.HclkPicoseconds) : item);
    }

    /// <summary>One item through DRW, and the bus's answer to it. The caller spends the time.</summary>
    public SwdAck Access(bool read, ref uint value)
    {
        var ack = Transfer(ap: true, read, AhbAp.DRW, ref value);
        if (ack != SwdAck.Ok || Port is not { } port)
        {
            return ack;
        }

        // The answer of the bus comes with the transfer after this one.
        if (!WaitUntilFree(port))
        {
            return SwdAck.Wait;
        }

        return port.StickyError ? SwdAck.Fault
            : read ? Transfer(ap: false, read: true, SwDebugPort.RDBUFF, ref value)
            : SwdAck.Ok;
    }

    /// <summary>Clears what an earlier access left behind, as a fresh command of the firmware does.</summary>
    public void ForgetErrors()
    {
        if (Port is { StickyError: true })
        {
            var clear = SwDebugPort.STKCMPCLR | SwDebugPort.STKERRCLR | SwDebugPort.WDERRCLR | SwDebugPort.ORUNERRCLR;
            Transfer(ap: false, read: false, SwDebugPort.ABORT, ref clear);
        }
    }

    private SwdAck Select(byte ap, int address)
    {
        var select = (uint)ap << 24 | (uint)address & 0xF0;
        return Transfer(ap: false, read: false, SwDebugPort.SELECT, ref select);
    }

    private SwdAck Transfer(bool ap, bool read, int address, ref uint value)
    {
        _chip.RunUntil(_clock.Nanoseconds);
        if (Port is not { } port || Target is null)
        {
            return SwdAck.Silent;
        }

        if (Noise() is { } spoiled)
        {
            return spoiled;
        }

        var ack = Once(port, ap, read, address, ref value);
        return ack == SwdAck.Wait && WaitUntilFree(port) ? Once(port, ap, read, address, ref value) : ack;
    }

    private SwdAck Once(SwDebugPort port, bool ap, bool read, int address, ref uint value)
    {
        var now = _clock.Nanoseconds;
        address &= 0xC;
        return (ap, read) switch
        {
            (true, true) => port.ReadAp(address, now, out value),
            (true, false) => port.WriteAp(address, value, now),
            (false, true) => port.ReadDp(address, now, out value),
            (false, false) => port.WriteDp(address, value, now),
        };
    }

    private bool WaitUntilFree(SwDebugPort port)
    {
        var wait = port.BusyUntil - _clock.Nanoseconds;
        if (wait > 0)
        {
            _clock.Advance(Math.Min(wait, PatienceNs), TimeKind.Swd);
            _chip.RunUntil(_clock.Nanoseconds);
        }

        return wait <= PatienceNs;
    }

    /// <summary>One transfer in so many suffers, the same ones every time.</summary>
    private SwdAck? Noise()
    {
        if (Spoilt() is not { } rate)
        {
            return null;
        }

        _noise ^= _noise << 13;
        _noise ^= _noise >> 17;
        _noise ^= _noise << 5;
        return _noise % 1024 >= rate ? null : (_noise & 0x1_0000) != 0 ? SwdAck.Silent : SwdAck.Garbled;
    }

    /// <summary>How many of 1024 transfers are spoilt; null on clean wires.</summary>
    private uint? Spoilt() =>
        _chip.DisturbsWire(Kilohertz) ? 256
        : _faults.HasContention ? (uint)Math.Clamp(Kilohertz / 8, 16, 256)
        : _faults.NoisyAboveKilohertz is { } limit && Kilohertz > limit ? 16
        : null;

    private long Picoseconds(int bits) => bits * 1_000_000_000L / Kilohertz;

    private void Spend(long picoseconds)
    {
        _picoseconds += picoseconds;
        var nanoseconds = _picoseconds / 1000;
        _picoseconds -= nanoseconds * 1000;
        _clock.Advance(nanoseconds, TimeKind.Swd);
    }
}
