using System.Net;
using System.Net.Sockets;

namespace Nrst.VirtualBench.Boards;

/// <summary>How boards are exported.</summary>
public sealed record ExportOptions
{
    /// <summary>
    /// Virtual time does not run ahead of the wall clock by more than a millisecond, and does not stand still while a client thinks.
    /// </summary>
    public bool Realtime { get; init; }

    /// <summary>A file that gets one JSON line per client; null for none.</summary>
    public string? StatisticsFile { get; init; }

    /// <summary>The wall clock of <see cref="Realtime"/>.</summary>
    public TimeProvider Wall { get; init; } = TimeProvider.System;
}

/// <summary>Boards as an stlink-server on this machine offers probes: OpenOCD can use them.</summary>
/// <remarks>
/// It listens on 127.0.0.1 from construction on. A board serves one client at a time; the board's owner must leave it alone
/// while this runs.
/// </remarks>
public sealed class StLinkServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly BoardShelf _shelf;

    /// <param name="port">0 picks a free one.</param>
    public StLinkServer(IReadOnlyList<VirtualBoard> boards, int port = 0, ExportOptions? options = null)
        : this(new BoardShelf(boards, options), port)
    {
    }

    /// <param name="shelf">The boards; another server may offer them too.</param>
    /// <param name="port">0 picks a free one.</param>
    public StLinkServer(BoardShelf shelf, int port)
    {
        _shelf = shelf;
        _listener = LoopbackListener.Start(port, "--stlink-server");
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Serves until cancelled; then every client is let go and every board it used is saved.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var clients = new List<Task>();
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var client = await _listener.AcceptTcpClientAsync(stop).ConfigureAwait(false);
                clients.RemoveAll(done => done.IsCompleted);
                clients.Add(Task.Run(() => ServeAsync(client, stop), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how this ends.
        }

        await Task.WhenAll(clients).ConfigureAwait(false);
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(TcpClient client, CancellationToken stop)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            await using (stream.ConfigureAwait(false))
            {
                using var conversation = new StLinkConversation(stream, _shelf);
                try
                {
                    await conversation.RunAsync(stop).ConfigureAwait(false);
                }
                catch (Exception ended) when (ended is IOException or OperationCanceledException or SocketException)
                {
                    // The client went away, or we do.
                }
            }
        }
    }
}
