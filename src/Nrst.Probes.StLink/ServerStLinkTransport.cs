using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>A probe shared by an stlink-server: the same commands, wrapped into its messages.</summary>
/// <remarks><code>
/// request   05 | 00 00 00 | connection 32 | command, 16 bytes | 0 to the probe, 1 from it | 00 00 00 | n 32 | n bytes to the probe
/// answer    status 32 | n bytes from the probe
/// </code></remarks>
internal sealed class ServerStLinkTransport : IStLinkTransport
{
    private const int HeaderLength = 32;

    // From this version of its interface on a server passes word batches on.
    private const uint WordBatchApi = 3;

    // As long as a busy target may take; the server's other clients are no more patient.
    private static readonly TimeSpan BusyLimit = StLinkLink.Patience;
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(2);

    private readonly ServerConnection _connection;
    private readonly IClock _clock;
    private readonly uint _connectId;
    private bool _broken;

    private ServerStLinkTransport(ServerConnection connection, IClock clock, uint connectId, uint api)
    {
        (_connection, _clock, _connectId) = (connection, clock, connectId);
        CarriesWordBatches = api >= WordBatchApi;
    }

    public bool CarriesWordBatches { get; }

    public static (ServerStLinkTransport Transport, StLinkServerDevice Device) Open(
        string host, int port, string? serial, IClock clock)
    {
        var connection = ServerConnection.Open(host, port);
        try
        {
            Span<byte> version = stackalloc byte[16];
            connection.Send([0x06, 0x01, 0x00, 0x00]);
            connection.Receive(version);

            var device = Choose(StLinkServerClient.List(connection), serial, $"{host}:{port}");

            Span<byte> open = stackalloc byte[8];
            open.Clear();
            open[0] = 0x03;
            BinaryPrimitives.WriteUInt32LittleEndian(open[4..], device.UsbId);
            Span<byte> id = stackalloc byte[4];
            connection.Ask(open, "opening the probe", id);

            var transport = new ServerStLinkTransport(connection, clock,
                BinaryPrimitives.ReadUInt32LittleEndian(id), BinaryPrimitives.ReadUInt32LittleEndian(version));
            return (transport, device);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> dataOut, Span<byte> answer)
    {
        var message = new byte[HeaderLength + dataOut.Length];
        var fromProbe = dataOut.IsEmpty;
        message[0] = 0x05;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), _connectId);
        command.CopyTo(message.AsSpan(8));
        message[24] = fromProbe ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(message.AsSpan(28), fromProbe ? answer.Length : dataOut.Length);
        dataOut.CopyTo(message.AsSpan(HeaderLength));

        try
        {
            var deadline = _clock.Now + BusyLimit;
            while (!_connection.TryAsk(message, $"command {command[0]:X2} {command[1]:X2}", answer))
            {
                if (_clock.Now >= deadline)
                {
                    throw StayedBusy();
                }

                _clock.Wait(BusyPause);
            }
        }
        catch (ProbeException)
        {
            _broken = true;
            throw;
        }
    }

    public void Dispose()
    {
        try
        {
            if (!_broken)
            {
                Span<byte> close = stackalloc byte[8];
                close.Clear();
                close[0] = 0x04;
                BinaryPrimitives.WriteUInt32LittleEndian(close[4..], _connectId);
                _connection.Ask(close, "closing the probe");
            }
        }
        catch (ProbeException)
        {
            // It is closed with the connection as well.
        }
        finally
        {
            _connection.Dispose();
        }
    }

    private static StLinkServerDevice Choose(List<StLinkServerDevice> devices, string? serial, string place)
    {
        var known = devices.FindAll(d => StLinkIds.IsStLink(d.VendorId, d.ProductId));
        var fitting = serial is null ? known : known.FindAll(d => d.Serial.StartsWith(serial, StringComparison.OrdinalIgnoreCase));
        string[] evidence = [.. known.Select(d => $"{StLinkIds.Kind(d.ProductId)} {d.Serial}{(d.Used ? ", in use" : "")}")];
        return fitting switch
        {
            [{ Used: false } only] => only,
            [var used] => throw new ProbeException("NRST1313", $"The probe {used.Serial} at {place} is in use by another program.")
            {
                LikelyCause = "An IDE, a debug server or another session has it open.",
                Evidence = evidence,
                Remedies = [new("Close the other program.")],
            },
            [] when serial is not null => throw new ProbeException("NRST1312", $"The stlink-server at {place} has no probe {serial}.")
            {
                LikelyCause = "It is not plugged in, or its serial number is another one.",
                Evidence = evidence,
                Remedies = [new("See which probes there are.", "nrst list")],
            },
            [] => throw new ProbeException("NRST1312", $"The stlink-server at {place} has no ST-LINK.")
            {
                LikelyCause = "None is plugged in, or the server may not open it.",
                Remedies = [new("Plug a probe in and restart the stlink-server.")],
            },
            _ => throw new ProbeException("NRST1317", $"The stlink-server at {place} has {fitting.Count} probes that fit.")
            {
                LikelyCause = "Several are plugged in, and none was named.",
                Evidence = evidence,
                Remedies = [new("Name one by its serial number.", $"nrst info --probe {fitting[0].Serial}")],
            },
        };
    }

    private static ProbeException StayedBusy() =>
        new("NRST1318", $"The stlink-server stayed busy for {BusyLimit.TotalSeconds:0} s.")
        {
            TimedOut = true,
            LikelyCause = "Another client keeps the probe occupied.",
            Remedies = [new("Close other programs that use the probe.")],
        };
}
