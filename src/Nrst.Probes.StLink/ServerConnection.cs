using System.Buffers.Binary;
using System.Net.Sockets;

namespace Nrst.Probes.StLink;

/// <summary>A TCP connection to an stlink-server: requests and answers of lengths that both sides know beforehand.</summary>
internal sealed class ServerConnection : IDisposable
{
    private const uint Ok = 1;
    private const uint Busy = 0x2004;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(3);

    // The server itself gives a USB transfer five seconds.
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(8);

    private readonly Socket _socket;
    private readonly string _place;

    private ServerConnection(Socket socket, string place) => (_socket, _place) = (socket, place);

    public static ServerConnection Open(string host, int port) => Open(host, port, AnswerLimit);

    internal static ServerConnection Open(string host, int port, TimeSpan answerLimit)
    {
        var place = $"{host}:{port}";
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)answerLimit.TotalMilliseconds,
            SendTimeout = (int)answerLimit.TotalMilliseconds,
        };
        try
        {
            using var limit = new CancellationTokenSource(ConnectLimit);
            socket.ConnectAsync(host, port, limit.Token).AsTask().GetAwaiter().GetResult();
            return new ServerConnection(socket, place);
        }
        catch (Exception cause) when (cause is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            throw new ProbeException("NRST1311", $"No stlink-server answers at {place}.", cause)
            {
                LikelyCause = "It is not running, it listens on another port, or a firewall is in between.",
                Evidence = [cause is SocketException s ? $"{s.SocketErrorCode}: {s.Message}" : $"no connection within {ConnectLimit.TotalSeconds:0} s"],
                Remedies = [new("Start the stlink-server, or name its host and port.", "nrst info --probe tcp:HOST:PORT")],
            };
        }
    }

    public void Send(ReadOnlySpan<byte> request)
    {
        try
        {
            while (!request.IsEmpty)
            {
                request = request[_socket.Send(request)..];
            }
        }
        catch (SocketException cause)
        {
            throw Lost(cause);
        }
    }

    public void Receive(Span<byte> into)
    {
        try
        {
            while (!into.IsEmpty)
            {
                var received = _socket.Receive(into);
                into = received > 0 ? into[received..] : throw Lost(null);
            }
        }
        catch (SocketException cause)
        {
            throw Lost(cause);
        }
    }

    /// <summary>Sends a request whose answer begins with a status, and insists on a good one.</summary>
    public void Ask(ReadOnlySpan<byte> request, string what) => Ask(request, what, []);

    /// <inheritdoc cref="Ask(ReadOnlySpan{byte},string)"/>
    public void Ask(ReadOnlySpan<byte> request, string what, Span<byte> answer)
    {
        if (!TryAsk(request, what, answer))
        {
            throw Refused(Busy, what);
        }
    }

    /// <summary>False where the server is busy and nothing has happened.</summary>
    public bool TryAsk(ReadOnlySpan<byte> request, string what, Span<byte> answer)
    {
        Send(request);
        Span<byte> status = stackalloc byte[4];
        Receive(status);
        var code = BinaryPrimitives.ReadUInt32LittleEndian(status);
        if (code is not (Ok or Busy))
        {
            // Some servers send the rest of the answer after an error and some do not: from here on nothing is certain.
            throw Refused(code, what);
        }

        Receive(answer);
        return code == Ok;
    }

    public void Dispose() => _socket.Dispose();

    private ProbeException Refused(uint code, string what) =>
        new("NRST1316", $"The stlink-server at {_place} reports {Name(code)} for {what}.")
        {
            LostSync = true,
            LikelyCause = "The probe was unplugged, or the server lost it.",
            Evidence = [$"status 0x{code:X4}, {Name(code)}"],
            Remedies = [new("Unplug the probe, plug it in again, and restart the stlink-server.")],
        };

    private ProbeException Lost(SocketException? cause) => cause?.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock
        ? new ProbeException("NRST1315", $"The stlink-server at {_place} did not answer within {_socket.ReceiveTimeout} ms.", cause)
        {
            LostSync = true,
            TimedOut = true,
            LikelyCause = "The server hangs, or what listens there is no stlink-server.",
            Remedies = [new("Restart the stlink-server.")],
        }
        : new ProbeException("NRST1314", $"The stlink-server at {_place} closed the connection.", cause)
        {
            LostSync = true,
            LikelyCause = "The server was stopped, or the probe was unplugged from it.",
            Evidence = cause is null ? [] : [$"{cause.SocketErrorCode}: {cause.Message}"],
            Remedies = [new("Start the stlink-server again and see whether it has the probe.", "nrst list")],
        };

    private static string Name(uint code) => code switch
    {
        0x1000 => "out of memory",
        0x1001 => "a time-out",
        0x1002 => "a bad parameter",
        0x1003 => "an open error",
        0x1004 => "a transfer error",
        0x1050 => "no such information",
        0x1051 => "a bad buffer size",
        0x1052 => "truncated information",
        0x1053 => "a command that is not available",
        0x1054 => "a device that is not supported",
        0x1055 => "missing permission",
        0x2000 => "a failure",
        0x2001 => "a TCP error",
        0x2002 => "that it cannot connect",
        0x2003 => "a close error",
        Busy => "that it is busy",
        0x5000 => "a SCSI error",
        _ => $"error 0x{code:X}",
    };
}
