using Nrst.Bootloaders.Dfu;
using Nrst.Usb;

namespace Nrst;

/// <summary>Chips in their USB loader on this machine: <c>dfu</c>, <c>dfu:SERIAL</c>, <c>dfu:usb:1-2.3</c>.</summary>
public sealed class DfuSource(IUsbBus bus, IClock clock) : ILoaderSource
{
    private static readonly HashSet<(ushort, ushort)> Ids = [(0x0483, 0xDF11), (0x28E9, 0x0189), (0x2E3C, 0xDF11)];

    public IReadOnlyList<ProbeListing> List() => [.. Devices().Select(Listing)];

    public RomSession? Open(ProbeSelector selector, string? chip)
    {
        if (selector is not ProbeSelector.Dfu wanted || wanted.Which?.StartsWith("virtual:", StringComparison.Ordinal) == true)
        {
            return null;
        }

        var fitting = Devices().Where(device => Fits(device, wanted.Which)).ToList();
        return fitting switch
        {
            [] => null,
            [{ Problem: { } problem }] => throw problem,
            [var only] => Open(bus.Open(only), clock, $"dfu:usb:{only.BusPort}", chip),
            _ => throw ProbeCatalog.Several([.. fitting.Select(Listing)], $"{fitting.Count} chips in their loaders answer to '{selector}'."),
        };
    }

    /// <summary>Opens a loader over a pipe and finds out which chip it is. Owns the pipe, also when this throws.</summary>
    public static RomSession Open(IControlPipe pipe, IClock clock, string place, string? chip)
    {
        ArgumentNullException.ThrowIfNull(clock);
        var start = clock.Now;
        var loader = DfuLoader.Open(pipe, clock, place);
        try
        {
            return new RomSession(loader, RomChip.Of(loader, chip), clock.Now - start);
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }

    private IReadOnlyList<UsbDeviceInfo> Devices() => bus.List((vendor, product) => Ids.Contains((vendor, product)));

    private static bool Fits(UsbDeviceInfo device, string? which) => which is null
        || (which.StartsWith("usb:", StringComparison.Ordinal) ? which[4..] == device.BusPort : device.Serial.StartsWith(which, StringComparison.OrdinalIgnoreCase));

    // By the socket: serial numbers of loaders are often equal.
    private static ProbeListing Listing(UsbDeviceInfo device) => new(
        new ProbeSelector.Dfu($"usb:{device.BusPort}"), "USB DFU loader", device.Serial.Length > 0 ? device.Serial : null, null, device.Problem?.Message)
    {
        Problem = device.Problem,
    };
}
