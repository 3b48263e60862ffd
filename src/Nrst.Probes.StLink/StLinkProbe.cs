namespace Nrst.Probes.StLink;

/// <summary>An ST-LINK/V2, ST-LINK/V2-1 or STLINK-V3, on this machine or behind an stlink-server.</summary>
public sealed class StLinkProbe : IDebugProbe
{
    private readonly StLinkWire _wire;
    private readonly StLinkGates _gates;
    private readonly StLinkLink _link;
    private readonly StLinkSpeed _speed;
    private readonly StLinkDap _dap;
    private readonly StLinkReset _reset;
    private bool _awake;
    private bool _attached;
    private bool _disposed;

    private StLinkProbe(StLinkWire wire, IClock clock, ProbeIdentity identity, StLinkVersion version)
    {
        (_wire, Clock, Identity, _gates) = (wire, clock, identity, new StLinkGates(version));
        _link = new StLinkLink(wire, clock);
        _speed = new StLinkSpeed(_link, _gates);
        _dap = new StLinkDap(_link, _gates);
        _reset = new StLinkReset(_link);
        var memory = new StLinkMemory(_link, _gates, version);
        Memory = memory;
        Words = new StLinkWords(_link, _gates, memory);
    }

    public ProbeIdentity Identity { get; }
    public IClock Clock { get; }
    public ITargetMemory Memory { get; }
    public IWordBatch Words { get; }
    public IDapPort? Dap => _dap;
    public IResetLine Reset => _reset;
    public long Exchanges => _wire.Exchanges;

    /// <summary>Opens a probe on USB, whatever conversation it was left in. The probe owns the pipe, also when this throws.</summary>
    public static StLinkProbe Open(IBulkPipe pipe, IClock clock, ushort vid, ushort pid, string serial)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        try
        {
            if (pipe.Recovery is { } recovery)
            {
                new StLinkFreshStart(recovery).Begin();
            }
        }
        catch
        {
            pipe.Dispose();
            throw;
        }

        return Open(new UsbStLinkTransport(pipe), clock, vid, pid, serial);
    }

    /// <summary>Opens a probe that an stlink-server shares.</summary>
    /// <param name="serial">Which one; null for the only one.</param>
    public static StLinkProbe OpenServer(string host, int port, string? serial, IClock clock)
    {
        var (transport, device) = ServerStLinkTransport.Open(host, port, serial, clock);
        return Open(transport, clock, device.VendorId, device.ProductId, device.Serial);
    }

    public double? ReadTargetVolts()
    {
        WakeUp();
        return _wire.Ask<GetTargetVoltage, double?>(default);
    }

    public int SetSpeed(int kilohertz)
    {
        WakeUp();
        return _speed.Set(kilohertz);
    }

    public void Attach(bool underReset = false)
    {
        WakeUp();
        if (_attached)
        {
            Detach();
        }

        if (underReset)
        {
            _reset.Assert(); // before the wire is switched, or the program gets a chance
        }
        else
        {
            _reset.Release(); // a session that was torn away may have left it low
        }

        if (_speed.Current is null)
        {
            _speed.Set(StLinkSpeed.Default);
        }

        Enter(underReset);
        _attached = true;
        if (underReset)
        {
            _reset.Assert(); // switching the wire may have let the pin go
        }

        UseAccessPort(0);
    }

    public void UseAccessPort(byte index)
    {
        if (index != 0 && !_gates.HasInitAp)
        {
            throw StLinkErrors.OnlyFirstAccessPort(index, Identity.Firmware);
        }

        _dap.OpenOnce(index);
        _link.AccessPort = index;
    }

    public void Detach()
    {
        _wire.Ask<ExitDebug, Silence>(default);
        _attached = false;
        _link.AccessPort = 0;
        _dap.Forget();
    }

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            if (_reset.IsAsserted)
            {
                _reset.Release();
            }

            if (_attached)
            {
                Detach();
            }
        }
        catch (NrstException)
        {
            // The wire is gone or out of step; there is nobody left to say goodbye to.
        }
        finally
        {
            _wire.Dispose();
        }
    }

    internal static StLinkProbe Open(IStLinkTransport transport, IClock clock, ushort vid, ushort pid, string serial)
    {
        var wire = new StLinkWire(transport);
        try
        {
            var version = AskVersion(wire, pid);
            var identity = new ProbeIdentity(StLinkIds.Kind(pid), serial, version.ToString(), vid, pid);
            if (version.Jtag is null || version.Hardware < 2)
            {
                throw StLinkErrors.NoSwd(version, identity.Kind);
            }

            return new StLinkGates(version).IsOldEnoughToRefuse
                ? throw StLinkErrors.TooOld(version)
                : new StLinkProbe(wire, clock, identity, version);
        }
        catch
        {
            wire.Dispose();
            throw;
        }
    }

    private static StLinkVersion AskVersion(StLinkWire wire, ushort pid)
    {
        var word = wire.Ask<GetVersion, VersionWord>(default);
        return StLinkVersion.NeedsLongForm(word)
            ? StLinkVersion.Decode(wire.Ask<GetVersionEx, VersionList>(default))
            : StLinkVersion.Decode(word with { ProductId = pid });
    }

    /// <summary>Leaves the mode the probe was found in. One in DFU mode, as after plugging in, does nothing else.</summary>
    private void WakeUp()
    {
        if (_awake)
        {
            return;
        }

        switch (_wire.Ask<GetCurrentMode, StLinkMode>(default))
        {
            case StLinkMode.Dfu: _wire.Ask<ExitDfu, Silence>(default); break;
            case StLinkMode.Debug: _wire.Ask<ExitDebug, Silence>(default); break;
            case StLinkMode.Swim: _wire.Ask<ExitSwim, Silence>(default); break;
        }

        _awake = true;
    }

    private void Enter(bool underReset)
    {
        var wait = new StLinkLink.Waiting(_link);
        while (true)
        {
            var status = _link.Try(default(EnterSwd));
            switch (status.Outcome())
            {
                case StLinkOutcome.Done:
                    return;
                case StLinkOutcome.NoTarget or StLinkOutcome.WireError or StLinkOutcome.BusFault:
                    var volts = ReadTargetVolts();
                    _awake = false; // who knows in which mode a failed switch leaves it
                    throw StLinkErrors.NoAnswer(status, volts, underReset);
                default:
                    wait.OrThrow(status, "switching to SWD", null);
                    break;
            }
        }
    }
}
