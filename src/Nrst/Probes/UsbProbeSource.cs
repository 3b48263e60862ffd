using Nrst.Probes.StLink;
using Nrst.Usb;
using Nrst.Usb.Capture;

namespace Nrst;

/// <summary>ST-LINKs on this machine's USB: <c>usb:1-2.3</c>, <c>0483:374b</c>, <c>0483:374b:SERIAL</c>.</summary>
/// <remarks>Serial numbers alone are looked up by the catalog, over all sources.</remarks>
public sealed class UsbProbeSource(IUsbBus bus, UsbCapture? capture = null) : IProbeSource
{
    public IReadOnlyList<ProbeListing> List() => [.. Devices().Select(Listing)];

    public IReadOnlyList<ProbeListing> Fitting(ProbeSelector selector) =>
        selector is ProbeSelector.UsbPort or ProbeSelector.UsbId ? [.. Devices().Where(device => Fits(device, selector)).Select(Listing)] : [];

    public IDebugProbe? Open(ProbeSelector selector)
    {
        if (selector is not (ProbeSelector.UsbPort or ProbeSelector.UsbId))
        {
            return null;
        }

        var fitting = Devices().Where(device => Fits(device, selector)).ToList();
        return fitting switch
        {
            [] => null,
            [var only] => Open(only),
            _ => throw ProbeCatalog.Several([.. fitting.Select(Listing)], $"{fitting.Count} probes answer to '{selector}'."),
        };
    }

    private IDebugProbe Open(UsbDeviceInfo device)
    {
        if ((StLinkIds.FindProblem(device.Vid, device.Pid) ?? device.Problem) is { } problem)
        {
            throw problem;
        }

        if (capture is null)
        {
            var pipe = bus.OpenPipe(device, StLinkIds.Endpoints(device.Pid));
            return StLinkProbe.Open(pipe, new SystemClock(), device.Vid, device.Pid, device.Serial);
        }

        var (tapped, known) = Describe(device);
        return StLinkOnUsb.Open(tapped, new SystemClock(), known, capture);
    }

    /// <summary>Opens the device and reads what a capture wants to know of it.</summary>
    private (IBulkPipe Pipe, CapturedDevice Device) Describe(UsbDeviceInfo device)
    {
        var endpoints = StLinkIds.Endpoints(device.Pid);
        var opened = bus.Open(device);
        try
        {
            var (itself, configuration) = (opened.ReadDescriptor(UsbDescriptors.Device, 0), opened.ReadConfiguration());
            opened.Claim(endpoints.Interface);
            var known = StLinkOnUsb.Describe(device.Vid, device.Pid, device.Serial, $"usb:{device.BusPort}") with
            {
                Bus = ushort.TryParse(device.BusPort.Split('-')[0], out var bus) ? bus : (ushort)0,
                Address = (byte)device.Address,
                DeviceDescriptor = itself,
                ConfigurationDescriptor = configuration,
            };
            return (opened.Pipe(endpoints), known);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private IReadOnlyList<UsbDeviceInfo> Devices() => bus.List(StLinkIds.IsStLink);

    private ProbeListing Listing(UsbDeviceInfo device)
    {
        var problem = StLinkIds.FindProblem(device.Vid, device.Pid)
            ?? bus.FindProblem(device, StLinkIds.Endpoints(device.Pid).Interface);
        return new ProbeListing(
            new ProbeSelector.UsbPort(device.BusPort),
            StLinkIds.Kind(device.Pid),
            device.Serial.Length > 0 ? device.Serial : null,
            null,
            problem?.Message)
        {
            Problem = problem,
        };
    }

    private static bool Fits(UsbDeviceInfo device, ProbeSelector selector) => selector switch
    {
        ProbeSelector.UsbPort port => device.BusPort == port.Path,
        ProbeSelector.UsbId id => (device.Vid, device.Pid) == (id.Vendor, id.Product)
            && (id.Serial is null || device.Serial.StartsWith(id.Serial, StringComparison.OrdinalIgnoreCase)),
        _ => false,
    };
}
