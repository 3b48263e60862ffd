namespace Nrst.VirtualBench.Usb;

/// <summary>A USB 2.0 device with one configuration, as the bus meets it after its address is set.</summary>
/// <remarks>Not safe for several threads: whoever plays the host lets one in at a time.</remarks>
internal sealed class UsbDevice
{
    private readonly UsbDescriptorSet _descriptors;
    private readonly IReadOnlyList<UsbFunction> _functions;
    private readonly Dictionary<byte, (UsbFunction Function, UsbEndpoint Endpoint)> _endpoints = [];
    private readonly HashSet<byte> _halted = [];
    private readonly Dictionary<byte, byte> _alternates = [];

    public UsbDevice(UsbIdentity identity, IReadOnlyList<UsbFunction> functions)
    {
        (Identity, _functions) = (identity, functions);
        _descriptors = new UsbDescriptorSet(identity, functions);
        Interfaces = [.. functions.SelectMany(function => function.Interfaces)];
        foreach (var function in functions)
        {
            foreach (var endpoint in function.Interfaces.SelectMany(one => one.Endpoints))
            {
                _endpoints.Add(endpoint.Address, (function, endpoint));
            }
        }
    }

    public UsbIdentity Identity { get; }

    public UsbDescriptorSet Descriptors => _descriptors;

    public IReadOnlyList<UsbInterface> Interfaces { get; }

    /// <summary>bConfigurationValue of the configuration in use; 0 before one was chosen.</summary>
    public byte Configuration { get; private set; }

    public bool IsLive => _functions.Any(function => function.IsLive);

    /// <summary>Null where the device has no endpoint of this address.</summary>
    public UsbEndpoint? Endpoint(byte address) => _endpoints.TryGetValue(address, out var found) ? found.Endpoint : null;

    public UsbHandshake Take(byte endpoint, ReadOnlySpan<byte> transfer) =>
        Reach(endpoint) is { } function ? Remember(endpoint, function.Take(endpoint, transfer)) : UsbHandshake.Stall;

    /// <summary>The same for a transfer that the host had ready behind another.</summary>
    public UsbHandshake TakeQueued(byte endpoint, ReadOnlySpan<byte> transfer) =>
        Reach(endpoint) is { } function ? Remember(endpoint, function.TakeQueued(endpoint, transfer)) : UsbHandshake.Stall;

    public UsbHandshake Give(byte endpoint, out ReadOnlyMemory<byte> packet)
    {
        packet = default;
        return Reach(endpoint) is { } function ? Remember(endpoint, function.Give(endpoint, out packet)) : UsbHandshake.Stall;
    }

    public void HostGaveUp(byte endpoint)
    {
        if (_endpoints.TryGetValue(endpoint, out var found))
        {
            found.Function.HostGaveUp(endpoint);
        }
    }

    public void Advance()
    {
        foreach (var function in _functions)
        {
            function.Advance();
        }
    }

    /// <summary>As after a bus reset, and as after the cable was pulled: without configuration and with nothing under way.</summary>
    public void Reset()
    {
        Configuration = 0;
        _halted.Clear();
        _alternates.Clear();
        foreach (var function in _functions)
        {
            function.Reset();
        }
    }

    /// <summary>The worst that one of its functions says.</summary>
    public UsbPresence Presence => _functions.Max(function => function.Presence);

    /// <param name="data">The data stage of a request to the device; empty for one to the host.</param>
    public UsbAnswer Control(UsbSetup setup, ReadOnlySpan<byte> data)
    {
        if (Presence is var presence and not UsbPresence.Here)
        {
            return presence == UsbPresence.Gone ? UsbAnswer.Gone : UsbAnswer.Later;
        }

        var answer = setup.Kind == UsbRequestKind.Standard ? Standard(setup) : OfFunction(setup, data);
        return answer.Data.Length > setup.Length ? answer with { Data = answer.Data[..setup.Length] } : answer;
    }

    private UsbAnswer OfFunction(UsbSetup setup, ReadOnlySpan<byte> data)
    {
        var function = setup.Recipient switch
        {
            UsbRecipient.Interface => _functions.FirstOrDefault(one => one.Interfaces.Any(its => its.Number == (setup.Index & 0xFF))),
            UsbRecipient.Endpoint => _endpoints.TryGetValue((byte)setup.Index, out var found) ? found.Function : null,
            _ => null,
        };
        return Configuration != 0 && function is not null ? function.Control(setup, data) : UsbAnswer.Stall;
    }

    private UsbAnswer Standard(UsbSetup setup)
    {
        foreach (var function in _functions)
        {
            if (function.Standard(setup) is { } own)
            {
                return own;
            }
        }

        const ushort endpointHalt = 0;
        var endpoint = (byte)setup.Index;
        var hasEndpoint = (endpoint & 0x0F) == 0 || (Configuration != 0 && _endpoints.ContainsKey(endpoint));
        return (Request: (StandardRequest)setup.Request, setup.Recipient, setup.ToHost) switch
        {
            (StandardRequest.GetDescriptor, UsbRecipient.Device, true) =>
                _descriptors.Find((byte)(setup.Value >> 8), (byte)setup.Value) is { } found ? UsbAnswer.Of(found) : UsbAnswer.Stall,
            (StandardRequest.GetStatus, UsbRecipient.Device, true) => UsbAnswer.Of(0, 0),
            (StandardRequest.GetStatus, UsbRecipient.Interface, true) when HasInterface(setup.Index) => UsbAnswer.Of(0, 0),
            (StandardRequest.GetStatus, UsbRecipient.Endpoint, true) when hasEndpoint =>
                UsbAnswer.Of(_halted.Contains(endpoint) ? (byte)1 : (byte)0, 0),
            (StandardRequest.ClearFeature, UsbRecipient.Endpoint, false) when hasEndpoint && setup.Value == endpointHalt => ClearHalt(endpoint),
            (StandardRequest.SetFeature, UsbRecipient.Endpoint, false) when hasEndpoint && setup.Value == endpointHalt => SetHalt(endpoint),
            (StandardRequest.GetConfiguration, UsbRecipient.Device, true) => UsbAnswer.Of(Configuration),
            (StandardRequest.SetConfiguration, UsbRecipient.Device, false) when setup.Value <= 1 => Configure((byte)setup.Value),
            (StandardRequest.GetInterface, UsbRecipient.Interface, true) when HasInterface(setup.Index) => UsbAnswer.Of(_alternates.GetValueOrDefault((byte)setup.Index)),
            (StandardRequest.SetInterface, UsbRecipient.Interface, false) when HasInterface(setup.Index, setup.Value) =>
                SetInterface((byte)setup.Index, (byte)setup.Value),

            // Whoever plays the host controller sets addresses itself; a device that hears of one has nothing to do.
            (StandardRequest.SetAddress, UsbRecipient.Device, false) => UsbAnswer.Done,
            _ => UsbAnswer.Stall,
        };
    }

    private UsbAnswer Configure(byte value)
    {
        Reset();
        Configuration = value;
        return UsbAnswer.Done;
    }

    private UsbAnswer SetInterface(byte number, byte alternate)
    {
        // Choosing a setting puts the interface's endpoints back to their start.
        _alternates[number] = alternate;
        foreach (var endpoint in Interfaces.First(one => one.Number == number && one.Alternate == alternate).Endpoints)
        {
            ClearHalt(endpoint.Address);
        }

        return UsbAnswer.Done;
    }

    private UsbAnswer ClearHalt(byte endpoint)
    {
        _halted.Remove(endpoint);
        if (_endpoints.TryGetValue(endpoint, out var found))
        {
            found.Function.ClearHalt(endpoint);
        }

        return UsbAnswer.Done;
    }

    private UsbAnswer SetHalt(byte endpoint)
    {
        if ((endpoint & 0x0F) != 0)
        {
            _halted.Add(endpoint);
        }

        return UsbAnswer.Done;
    }

    private bool HasInterface(int number, int alternate = 0) =>
        Configuration != 0 && Interfaces.Any(one => one.Number == number && one.Alternate == alternate);

    /// <summary>Null where the endpoint does not exist, not yet, or is halted.</summary>
    private UsbFunction? Reach(byte endpoint) =>
        Configuration != 0 && !_halted.Contains(endpoint) && _endpoints.TryGetValue(endpoint, out var found) ? found.Function : null;

    private UsbHandshake Remember(byte endpoint, UsbHandshake handshake)
    {
        if (handshake == UsbHandshake.Stall)
        {
            _halted.Add(endpoint);
        }

        return handshake;
    }

    /// <summary>USB 2.0, "Standard Device Requests".</summary>
    private enum StandardRequest : byte
    {
        GetStatus = 0,
        ClearFeature = 1,
        SetFeature = 3,
        SetAddress = 5,
        GetDescriptor = 6,
        GetConfiguration = 8,
        SetConfiguration = 9,
        GetInterface = 10,
        SetInterface = 11,
    }
}
