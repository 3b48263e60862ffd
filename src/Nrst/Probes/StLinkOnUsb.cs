using Nrst.Probes.StLink;
using Nrst.Usb.Capture;

namespace Nrst;

/// <summary>Opens an ST-LINK over a pipe, with a capture in between where one is wanted.</summary>
public static class StLinkOnUsb
{
    private static readonly HashSet<ushort> HighSpeed = [0x374D, 0x374E, 0x374F, 0x3753, 0x3754, 0x3755, 0x3757];

    /// <param name="place">How the probe is named: <c>usb:1-2</c>.</param>
    /// <param name="capture">Owned from here on, as the pipe is, also when this throws.</param>
    public static IDebugProbe Open(IBulkPipe pipe, IClock clock, ushort vid, ushort pid, string serial, string place, UsbCapture? capture)
    {
        if (capture is null)
        {
            return StLinkProbe.Open(pipe, clock, vid, pid, serial);
        }

        var device = new CapturedDevice(vid, pid, StLinkIds.Kind(pid), serial, StLinkIds.Endpoints(pid), HighSpeed.Contains(pid) ? 512 : 64) { Place = place };
        var (tapped, time) = capture.Tap(pipe, clock, device);
        var probe = StLinkProbe.Open(tapped, time, vid, pid, serial);
        capture.Identify(probe.Identity);
        return probe;
    }
}
