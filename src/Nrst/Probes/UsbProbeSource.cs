using Nrst.Probes.StLink;
using Nrst.Usb;

namespace Nrst;

/// <summary>ST-LINKs on this machine's USB: <c>usb:1-2.3</c>, <c>0483:374b</c>, <c>0483:374b:SERIAL</c>.</summary>
/// <remarks>Serial numbers alone are looked up by the catalog, over all sources.</remarks>
public sealed class UsbProbeSource(IUsbBus bus) : IProbeSource
{
    public IReadOnlyList<ProbeListing> List() => [.. Devices().Select(Listing)];

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

    private StLinkProbe Open(UsbDeviceInfo device)
    {
        if ((StLinkIds.FindProblem(device.Vid, device.Pid) ?? device.Problem) is { } problem)
        {
            throw problem;
        }

        var pipe = bus.OpenPipe(device, StLinkIds.Endpoints(device.Pid));
        return StLinkProbe.Open(pipe, new SystemClock(), device.Vid, device.Pid, device.Serial);
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
