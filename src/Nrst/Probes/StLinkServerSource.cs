using Nrst.Probes.StLink;
using Nrst.Usb.Capture;

namespace Nrst;

/// <summary>Probes that an stlink-server shares: <c>tcp:HOST:PORT</c>.</summary>
/// <remarks>Lists nothing by itself: a server is somewhere on the network, and nrst does not go looking.</remarks>
/// <param name="capture">Refused: the USB transfers are the server's.</param>
public sealed class StLinkServerSource(UsbCapture? capture = null) : IProbeSource
{
    public IReadOnlyList<ProbeListing> List() => [];

    public IDebugProbe? Open(ProbeSelector selector) => selector is not ProbeSelector.Tcp server
        ? null
        : capture is null
            ? StLinkProbe.OpenServer(server.Host, server.Port, null, new SystemClock())
            : throw new UsageException("NRST0190", $"The USB transfers behind {server} cannot be captured from here.")
            {
                LikelyCause = "The stlink-server makes them, on the machine it runs on; over TCP only its own messages come and go.",
                Remedies = [new("Capture on that machine, with the stlink-server stopped.", "nrst info --capture FILE.pcapng")],
            };
}
