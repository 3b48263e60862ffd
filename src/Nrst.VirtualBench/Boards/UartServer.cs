using System.ComponentModel;

namespace Nrst.VirtualBench.Boards;

/// <summary>A USART of a board's chip as a serial port of this machine: with BOOT0 high the bootloader of the ROM listens there.</summary>
/// <remarks>
/// While the bootloader has something to do it is done at once, on the board's clock; else the board's time follows the wall clock, as for a
/// program that only listens. The system keeps no parity for such a port, so none is asked for.
/// </remarks>
public sealed class UartServer : IDisposable
{
    private const int Tick = 2;

    private readonly ExportedBoard _board;
    private readonly PseudoTerminal _terminal;
    private readonly VirtualSerialLine _line;

    /// <param name="index">Of the board on its shelf.</param>
    /// <param name="path">A link to the port is made there; it must not exist. <see cref="Dispose"/> removes it.</param>
    /// <param name="usart">Null for the one where the bootloader listens.</param>
    /// <exception cref="ProbeException">NRST1193: no such port can be made.</exception>
    public UartServer(BoardShelf shelf, int index, string path, int? usart = null)
    {
        ArgumentNullException.ThrowIfNull(shelf);
        (_board, Path) = (shelf[index], path);
        _line = _board.Board.SerialLine(usart) ?? throw Refuse("The chip has no such USART.", null);
        try
        {
            _terminal = new PseudoTerminal();
            File.CreateSymbolicLink(path, _terminal.Path);
        }
        catch (Exception failed) when (failed is Win32Exception or IOException or UnauthorizedAccessException or DllNotFoundException or EntryPointNotFoundException)
        {
            _terminal?.Dispose();
            throw Refuse(failed.Message, failed);
        }

        _board.BeginBesideTheProbe();

        // Whoever starts a program for it is not so quick that the chip would still be starting.
        _board.Board.Clock.Wait(Started);
        _board.Board.Chip.RunUntil(_board.Board.VirtualClock.Nanoseconds);
    }

    private static TimeSpan Started => TimeSpan.FromSeconds(1);

    public string Path { get; }

    /// <summary>Serves until cancelled; then the board is saved.</summary>
    public Task RunAsync(CancellationToken stop) => Task.Factory.StartNew(() => Serve(stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    public void Dispose()
    {
        _line.Dispose();
        _terminal.Dispose();
        if (File.Exists(Path) || new FileInfo(Path).LinkTarget is not null)
        {
            File.Delete(Path);
        }
    }

    private void Serve(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var sent = _terminal.Read(Tick);
                var back = new List<byte>();
                lock (_board.Gate)
                {
                    if (sent.Length > 0)
                    {
                        _line.Configure(_terminal.Baud, SerialParity.None);
                        _line.Send(sent);
                    }

                    Live(back);
                }

                if (back.Count > 0)
                {
                    _terminal.Write([.. back]);
                }
            }
        }
        finally
        {
            _board.EndBesideTheProbe();
        }
    }

    private void Live(List<byte> back)
    {
        var clock = _board.Board.VirtualClock;
        while (_board.Ahead <= TimeSpan.Zero && _board.Board.NextLoaderEvent is < long.MaxValue and var next)
        {
            clock.Advance(Math.Max(next - clock.Nanoseconds, 0));
            _board.Board.Chip.RunUntil(clock.Nanoseconds);
            Drain(back);
        }

        _board.Follow();
        Drain(back);
    }

    private void Drain(List<byte> back)
    {
        var bytes = new byte[256];
        while (_line.HasInput)
        {
            back.AddRange(bytes[.._line.Receive(bytes, TimeSpan.Zero)]);
        }
    }

    private ProbeException Refuse(string why, Exception? inner) => new("NRST1193", $"No serial port can be made at '{Path}': {why}", inner)
    {
        LikelyCause = "There is such a file already, its folder does not exist, or this system has no pseudo-terminals.",
        Remedies = [new Remedy("Choose another path, in a folder that exists.", "nrst bench serve NAME --uart /tmp/bench.tty")],
    };
}
