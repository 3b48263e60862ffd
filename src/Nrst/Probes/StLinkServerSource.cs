using Nrst.Probes.StLink;

namespace Nrst;

/// <summary>Probes that an stlink-server shares: <c>tcp:HOST:PORT</c>.</summary>
/// <remarks>Lists nothing by itself: a server is somewhere on the network, and nrst does not go looking.</remarks>
public sealed class StLinkServerSource : IProbeSource
{
    public IReadOnlyList<ProbeListing> List() => [];

    public IDebugProbe? Open(ProbeSelector selector) => selector is ProbeSelector.Tcp server
        ? StLinkProbe.OpenServer(server.Host, server.Port, null, new SystemClock())
        : null;
}
