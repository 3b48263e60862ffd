using System.Net;
using System.Net.Sockets;

namespace Nrst.VirtualBench.Boards;

/// <summary>A TCP port of this machine that nobody outside can reach.</summary>
internal static class LoopbackListener
{
    /// <param name="port">0 picks a free one.</param>
    /// <param name="option">What the user asked for it with.</param>
    public static TcpListener Start(int port, string option)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            throw new ProbeException("NRST1185", $"Port {port} of 127.0.0.1 cannot be listened on.", refused)
            {
                LikelyCause = refused.SocketErrorCode == SocketError.AddressAlreadyInUse ? "Another program listens there." : refused.Message,
                Remedies = [new Remedy("Let a free port be found.", $"nrst bench serve NAME {option} 0")],
            };
        }
    }
}
