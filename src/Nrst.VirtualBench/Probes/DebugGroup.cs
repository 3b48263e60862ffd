using System.Buffers.Binary;

namespace Nrst.VirtualBench.Probes;

/// <summary>The commands under F2: the debug session, NRST, clocks, and the registers of debug port and access ports.</summary>
internal sealed class DebugGroup
{
    public const byte DriveNrst = 0x3C;
    public const byte Enter = 0x30;

    private const byte EnterV1 = 0x20;
    private const byte Exit = 0x21;
    private const byte ReadIdCodes = 0x31;
    private const byte LastStatus = 0x3B;
    private const byte LastStatusWithAddress = 0x3E;
    private const byte StartTrace = 0x40;
    private const byte StopTrace = 0x41;
    private const byte PollTrace = 0x42;
    private const byte SetSwdDivisor = 0x43;
    private const byte SetJtagDivisor = 0x44;
    private const byte ReadDapRegister = 0x45;
    private const byte WriteDapRegister = 0x46;
    private const byte OpenAp = 0x4B;
    private const byte CloseAp = 0x4C;
    private const byte GetBoardIdentifiers = 0x56;
    private const byte SetFrequency = 0x61;
    private const byte GetFrequencies = 0x62;
    private const byte SwitchPrescaler = 0x63;

    private const byte EnterSwd = 0xA3;
    private const byte EnterJtagWithoutReset = 0xA4;
    private const ushort DebugPortNumber = 0xFFFF;
    private const int MaxFrequencies = 10;
    private const long NrstPulseNs = 20_000_000;
    private const uint PowerUp = SwDebugPort.CSYSPWRUPREQ | SwDebugPort.CDBGPWRUPREQ;

    private readonly ProbeModel _model;
    private readonly ProbeFirmware _version;
    private readonly SwdWire _wire;
    private readonly VirtualClock _clock;
    private readonly MemoryGroup _memory;
    private readonly CoreGroup _core;
    private readonly HashSet<byte> _openAps = [];
    private uint _jtagKilohertz = 1000;

    public DebugGroup(ProbeModel model, ProbeFirmware version, SwdWire wire, VirtualClock clock)
    {
        (_model, _version, _wire, _clock) = (model, version, wire, clock);
        _memory = new MemoryGroup(model, version, wire);
        _core = new CoreGroup(_memory);
    }

    public byte Mode { get; set; }

    public Outcome Handle(ReadOnlySpan<byte> command) => command[1] switch
    {
        Enter => Outcome.Status(Connect(command[2])),
        EnterV1 => EnterOld(command[2]),
        Exit => Leave(),
        ReadIdCodes => IdCodes(),
        DriveNrst => Reset(command[2]),
        LastStatus => Outcome.Status(_memory.LastStatus),
        LastStatusWithAddress when _version.Has(Feature.LastStatusWithAddress) => StatusWithAddress(),
        StartTrace or StopTrace => Outcome.Status(StLinkStatus.Ok),
        PollTrace => new Outcome([0, 0]),
        SetSwdDivisor when _version.Has(Feature.SwdDivisor) => ChooseDivisor(UInt16(command, 2)),
        SetJtagDivisor when _version.Has(Feature.JtagDivisor) => Outcome.Status(StLinkStatus.Ok),
        ReadDapRegister when _version.Has(Feature.DapRegisters) => ReadDap(UInt16(command, 2), UInt16(command, 4)),
        WriteDapRegister when _version.Has(Feature.DapRegisters) =>
            WriteDap(UInt16(command, 2), UInt16(command, 4), UInt32(command, 6)),
        OpenAp when _version.Has(Feature.OpenAp) => Open(command[2]),
        CloseAp when _version.Has(Feature.OpenAp) => Close(command[2]),
        GetBoardIdentifiers when _version.Has(Feature.BoardIdentifiers) => BoardIdentifiers(),
        SetFrequency when _version.Has(Feature.FrequencyList) => ChooseFrequency(command[2], UInt32(command, 4)),
        GetFrequencies when _version.Has(Feature.FrequencyList) => Frequencies(command[2]),
        SwitchPrescaler when _version.Has(Feature.FrequencyList) => Outcome.StatusAndWord(StLinkStatus.Ok, 0),
        _ => _memory.Handle(command, Mode) ?? _core.Handle(command, Mode) ?? Outcome.Unknown,
    };

    /// <summary>A probe that was in a debug session when its board was put away finds the session as it was.</summary>
    public void Resume() => Connect(EnterSwd);

    private StLinkStatus Connect(byte mode)
    {
        // The boards of this bench wire SWD only.
        if (mode != EnterSwd)
        {
            if (mode != EnterJtagWithoutReset)
            {
                PulseReset();
            }

            return StLinkStatus.NoDeviceConnected;
        }

        _wire.SwitchToSwd();
        if (_wire.ReadDp(SwDebugPort.DPIDR, out _) != SwdAck.Ok)
        {
            return StLinkStatus.GetIdCodeError;
        }

        _wire.WriteDp(SwDebugPort.ABORT, SwDebugPort.STKCMPCLR | SwDebugPort.STKERRCLR | SwDebugPort.WDERRCLR | SwDebugPort.ORUNERRCLR);
        _wire.WriteDp(SwDebugPort.SELECT, 0);
        _wire.WriteDp(SwDebugPort.CTRL_STAT, PowerUp);
        var ack = _wire.ReadDp(SwDebugPort.CTRL_STAT, out var status);
        if (ack != SwdAck.Ok)
        {
            return DpStatus(ack);
        }

        if ((status & PowerUp << 1) != PowerUp << 1)
        {
            return StLinkStatus.DebugPowerError;
        }

        Mode = StLinkMode.Debug;
        return StLinkStatus.Ok;
    }

    private Outcome EnterOld(byte mode)
    {
        Connect(mode);
        return Outcome.Nothing;
    }

    private Outcome Leave()
    {
        _openAps.Clear();
        if (Mode == StLinkMode.Debug)
        {
            Mode = StLinkMode.MassStorage;
        }

        return Outcome.Nothing;
    }

    private Outcome IdCodes()
    {
        var reply = new byte[12];
        var ack = _wire.ReadDp(SwDebugPort.DPIDR, out var dpidr);
        reply[0] = (byte)(ack == SwdAck.Ok ? StLinkStatus.Ok : StLinkStatus.GetIdCodeError);
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(4), dpidr);
        return new Outcome(reply);
    }

    private Outcome Reset(byte level)
    {
        switch (level)
        {
            case 0:
                _wire.DriveReset(low: true);
                break;
            case 1:
                _wire.DriveReset(low: false);
                break;
            case 2:
                PulseReset();
                break;
            default:
                return Outcome.Status(StLinkStatus.CommandError);
        }

        return Outcome.Status(StLinkStatus.Ok);
    }

    private void PulseReset()
    {
        _wire.DriveReset(low: true);
        _clock.Advance(NrstPulseNs, TimeKind.Swd);
        _wire.DriveReset(low: false);
    }

    private Outcome StatusWithAddress()
    {
        var reply = new byte[12];
        reply[0] = (byte)_memory.LastStatus;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(4), _memory.FaultAddress);
        return new Outcome(reply);
    }

    private Outcome ChooseDivisor(ushort divisor)
    {
        _wire.Kilohertz = SwdSpeeds.FromDivisor(divisor);
        return Outcome.Status(StLinkStatus.Ok);
    }

    private Outcome ChooseFrequency(byte protocol, uint kilohertz)
    {
        var chosen = (uint)SwdSpeeds.AtMost(kilohertz);
        if (protocol == 0)
        {
            _wire.Kilohertz = (int)chosen;
        }
        else
        {
            _jtagKilohertz = chosen;
        }

        return Outcome.StatusAndWord(StLinkStatus.Ok, chosen);
    }

    private Outcome Frequencies(byte protocol)
    {
        var reply = new byte[12 + 4 * MaxFrequencies];
        reply[0] = (byte)StLinkStatus.Ok;
        var current = protocol == 0 ? (uint)_wire.Kilohertz : _jtagKilohertz;
        BinaryPrimitives.WriteUInt32LittleEndian(reply.AsSpan(4), current);
        BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(8), SwdSpeeds.V3.Count);
        for (var i = 0; i < SwdSpeeds.V3.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(reply.AsSpan(12 + 4 * i), SwdSpeeds.V3[i]);
        }

        return new Outcome(reply);
    }

    private Outcome ReadDap(ushort port, ushort address)
    {
        uint value;
        StLinkStatus status;
        if (port == DebugPortNumber)
        {
            status = SelectDpBank(address);
            value = 0;
            if (status == StLinkStatus.Ok)
            {
                status = DpStatus(_wire.ReadDp(address & 0xC, out value));
            }
        }
        else
        {
            status = port > byte.MaxValue
                ? BadAp(out value)
                : ApStatus(_wire.ReadAp((byte)port, address, out value));
        }

        return Outcome.StatusAndWord(status, value);
    }

    private Outcome WriteDap(ushort port, ushort address, uint value)
    {
        if (port != DebugPortNumber)
        {
            return Outcome.Status(port > byte.MaxValue ? StLinkStatus.BadAp : ApStatus(_wire.WriteAp((byte)port, address, value)));
        }

        if (_version.Has(Feature.BankedDp) && (address & 0xC) == SwDebugPort.SELECT)
        {
            value &= ~0xFu; // the bank comes with the address of each access
        }

        var status = SelectDpBank(address);
        return Outcome.Status(status == StLinkStatus.Ok ? DpStatus(_wire.WriteDp(address & 0xC, value)) : status);
    }

    /// <summary>Newer firmware takes DPBANKSEL from bits 7:4 of the address, older leaves SELECT to the client.</summary>
    private StLinkStatus SelectDpBank(ushort address)
    {
        var banked = _version.Has(Feature.BankedDp) && (address & 0xC) == SwDebugPort.CTRL_STAT;
        return !banked || _wire.Port is { StickyError: true }
            ? StLinkStatus.Ok
            : DpStatus(_wire.WriteDp(SwDebugPort.SELECT, (uint)address >> 4 & 0xF));
    }

    private Outcome Open(byte ap)
    {
        _wire.ForgetErrors();
        var ack = _wire.ReadAp(ap, AhbAp.IDR, out var idr);
        if (ack == SwdAck.Ok && idr != 0)
        {
            _openAps.Add(ap);
        }

        return Outcome.Status(ack != SwdAck.Ok ? ApStatus(ack) : idr != 0 ? StLinkStatus.Ok : StLinkStatus.BadAp);
    }

    private Outcome Close(byte ap)
    {
        var known = _openAps.Remove(ap);
        var alwaysComplains = _version is { Hardware: 2, Jtag: 28 };
        return Outcome.Status(known && !alwaysComplains ? StLinkStatus.Ok : StLinkStatus.BadAp);
    }

    private static Outcome BoardIdentifiers()
    {
        var reply = new byte[128];
        reply[0] = (byte)StLinkStatus.Ok;
        return new Outcome(reply);
    }

    private static StLinkStatus BadAp(out uint value)
    {
        value = 0;
        return StLinkStatus.BadAp;
    }

    private static StLinkStatus DpStatus(SwdAck ack) => ack switch
    {
        SwdAck.Ok => StLinkStatus.Ok,
        SwdAck.Wait => StLinkStatus.DpWait,
        SwdAck.Fault => StLinkStatus.DpFault,
        SwdAck.Garbled => StLinkStatus.DpParityError,
        _ => StLinkStatus.DpError,
    };

    internal static StLinkStatus ApStatus(SwdAck ack) => ack switch
    {
        SwdAck.Ok => StLinkStatus.Ok,
        SwdAck.Wait => StLinkStatus.ApWait,
        SwdAck.Fault => StLinkStatus.ApFault,
        SwdAck.Garbled => StLinkStatus.ApParityError,
        _ => StLinkStatus.ApError,
    };

    private static ushort UInt16(ReadOnlySpan<byte> command, int at) => BinaryPrimitives.ReadUInt16LittleEndian(command[at..]);

    private static uint UInt32(ReadOnlySpan<byte> command, int at) => BinaryPrimitives.ReadUInt32LittleEndian(command[at..]);
}
