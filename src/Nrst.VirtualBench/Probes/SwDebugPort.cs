using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Probes;

internal enum SwdAck
{
    Ok,
    Wait,
    Fault,

    /// <summary>Nobody drove the line.</summary>
    Silent,

    /// <summary>An answer came, but its parity was wrong.</summary>
    Garbled,
}

/// <summary>The SW-DP: what the two debug pins of a chip lead to.</summary>
internal sealed class SwDebugPort(ISwdTarget target)
{
    public const int DPIDR = 0x0;
    public const int ABORT = 0x0;
    public const int CTRL_STAT = 0x4;
    public const int SELECT = 0x8;
    public const int RESEND = 0x8;
    public const int RDBUFF = 0xC;

    public const uint DAPABORT = 1u << 0;
    public const uint STKCMPCLR = 1u << 1;
    public const uint STKERRCLR = 1u << 2;
    public const uint WDERRCLR = 1u << 3;
    public const uint ORUNERRCLR = 1u << 4;

    public const uint STICKYORUN = 1u << 1;
    public const uint STICKYCMP = 1u << 4;
    public const uint STICKYERR = 1u << 5;
    public const uint WDATAERR = 1u << 7;
    public const uint CDBGPWRUPREQ = 1u << 28;
    public const uint CSYSPWRUPREQ = 1u << 30;

    private const uint ControlBits = 0x5400_0000 | 0x00FF_FF0D; // requests, TRNCNT, MASKLANE, TRNMODE, ORUNDETECT
    private const uint Errors = STICKYORUN | STICKYCMP | STICKYERR | WDATAERR;

    private readonly Dictionary<byte, AhbAp> _aps = [];
    private uint _select;
    private uint _control;
    private uint _errors;
    private uint _readBuffer;

    /// <summary>Until then an access of the AP keeps the bus, and the port answers WAIT.</summary>
    public long BusyUntil { get; private set; }

    public bool StickyError => (_errors & STICKYERR) != 0;

    public bool IsPowered => (_control & (CDBGPWRUPREQ | CSYSPWRUPREQ)) == (CDBGPWRUPREQ | CSYSPWRUPREQ);

    public SwdAck ReadDp(int address, long now, out uint value)
    {
        value = 0;
        switch (address)
        {
            case DPIDR:
                value = target.Dpidr;
                return SwdAck.Ok;
            case CTRL_STAT:
                value = (_select & 0xF) switch
                {
                    0 => _control | Acknowledges | _errors,
                    1 => 0x40, // DLCR: its one fixed bit
                    _ => 0,
                };
                return SwdAck.Ok;
            case RDBUFF or RESEND:
                if (NotNow(now) is { } refusal)
                {
                    return refusal;
                }

                value = _readBuffer;
                return SwdAck.Ok;
            default:
                return SwdAck.Ok;
        }
    }

    public SwdAck WriteDp(int address, uint value, long now)
    {
        switch (address)
        {
            case ABORT:
                Abort(value, now);
                return SwdAck.Ok;
            case CTRL_STAT when NotNow(now) is { } refusal:
                return refusal;
            case CTRL_STAT when (_select & 0xF) == 0:
                _control = value & ControlBits;
                if ((value & (CDBGPWRUPREQ | CSYSPWRUPREQ)) != 0)
                {
                    target.PowerRequested(now);
                }

                return SwdAck.Ok;
            case SELECT when NotNow(now) is { } refusal:
                return refusal;
            case SELECT:
                _select = value;
                return SwdAck.Ok;
            default:
                return SwdAck.Ok;
        }
    }

    /// <summary>Posted: answers the result of the access before, and leaves its own in RDBUFF.</summary>
    /// <param name="address">A[3:2]; the bank is in SELECT.</param>
    public SwdAck ReadAp(int address, long now, out uint value)
    {
        value = _readBuffer;
        if (RefuseAp(now) is { } refusal)
        {
            return refusal;
        }

        var done = now;
        var result = 0u;
        var status = Selected is { } ap ? ap.Read(Banked(address), out result, ref done) : BusStatus.Ok;
        _readBuffer = result;
        Finish(status, done);
        return SwdAck.Ok;
    }

    public SwdAck WriteAp(int address, uint value, long now)
    {
        if (RefuseAp(now) is { } refusal)
        {
            return refusal;
        }

        var done = now;
        Finish(Selected is { } ap ? ap.Write(Banked(address), value, ref done) : BusStatus.Ok, done);
        return SwdAck.Ok;
    }

    private AhbAp? Selected
    {
        get
        {
            var number = (byte)(_select >> 24);
            if (!_aps.TryGetValue(number, out var ap) && target.Port(number) is { } port)
            {
                _aps[number] = ap = new AhbAp(port);
            }

            return ap;
        }
    }

    private uint Acknowledges => (_control & (CDBGPWRUPREQ | CSYSPWRUPREQ)) << 1;

    private int Banked(int address) => (int)(_select & 0xF0) | address & 0xC;

    private void Finish(BusStatus status, long done)
    {
        BusyUntil = done;
        if (status != BusStatus.Ok)
        {
            _errors |= STICKYERR;
        }
    }

    private SwdAck? RefuseAp(long now)
    {
        if (!IsPowered)
        {
            _errors |= STICKYERR;
        }

        return NotNow(now);
    }

    private SwdAck? NotNow(long now) =>
        now < BusyUntil ? SwdAck.Wait
        : (_errors & Errors) != 0 ? SwdAck.Fault
        : null;

    private void Abort(uint value, long now)
    {
        if ((value & DAPABORT) != 0)
        {
            BusyUntil = Math.Min(BusyUntil, now);
        }

        _errors &= ~(
            ((value & STKCMPCLR) != 0 ? STICKYCMP : 0)
            | ((value & STKERRCLR) != 0 ? STICKYERR : 0)
            | ((value & WDERRCLR) != 0 ? WDATAERR : 0)
            | ((value & ORUNERRCLR) != 0 ? STICKYORUN : 0));
    }
}
