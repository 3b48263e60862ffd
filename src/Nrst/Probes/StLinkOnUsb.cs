using Nrst.Probes.StLink;
using Nrst.Usb.Capture;

namespace Nrst;

/// <summary>Opens an ST-LINK over a pipe, with a capture in between where one is wanted.</summary>
public static class StLinkOnUsb
{
    private static readonly HashSet<ushort> HighSpeed = [0x374D, 0x374E, 0x374F, 0x3753, 0x3754, 0x3755, 0x3757];

    /// <summary>What is known of an ST-LINK by its ids.</summary>
    /// <param name="place">How the probe is named: <c>usb:1-2</c>.</param>
    public static CapturedDevice Describe(ushort vid, ushort pid, string serial, string place) =>
        new(vid, pid, StLinkIds.Kind(pid), serial, StLinkIds.Endpoints(pid), HighSpeed.Contains(pid) ? 512 : 64) { Place = place };

    /// <summary>The probe owns the pipe, and the capture with it, also when this throws.</summary>
    public static IDebugProbe Open(IBulkPipe pipe, IClock clock, CapturedDevice device, UsbCapture? capture)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (capture is null)
        {
            return StLinkProbe.Open(pipe, clock, device.Vid, device.Pid, device.Serial);
        }

        var (tapped, time) = capture.Tap(pipe, clock, device);
        var probe = StLinkProbe.Open(tapped, time, device.Vid, device.Pid, device.Serial);
        capture.Identify(probe.Identity);
        return probe;
    }
}
