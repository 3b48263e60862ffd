using Nrst.VirtualBench.Boards;

namespace Nrst.VirtualBench.Usb;

// Serial adapters at the USART where the bootloader of each board listens.
internal sealed partial class BenchUsbHost
{
    /// <summary>Ten bits and a stop bit more, twice: what follows sooner belongs together, as an adapter hands it over.</summary>
    private const long LongestGap = 22;

    private readonly Dictionary<int, (ExportedBoard Board, long Offset, VirtualSerialLine Line)> _serial = [];

    /// <summary>What the board lives through before a program has opened its port; no time of the program's.</summary>
    public static TimeSpan BeforeAProgram => TimeSpan.FromSeconds(1);

    /// <param name="index">Of the board on the shelf.</param>
    public int OpenSerial(int index)
    {
        if (_serial.ContainsKey(index))
        {
            return LibUsbError.Busy;
        }

        if (index >= _shelf.Count || _shelf[index].Board.SerialLine() is not { } line)
        {
            return LibUsbError.NoDevice;
        }

        var board = _shelf[index];
        board.BeginBesideTheProbe();
        lock (board.Gate)
        {
            // A program that opens a port is not so quick that a chip would still be starting, or be busy with what the one before it asked for.
            board.Board.Clock.Wait(BeforeAProgram);
            board.Board.Chip.RunUntil(board.Board.VirtualClock.Nanoseconds);
            _serial.Add(index, (board, Now - board.Board.VirtualClock.Nanoseconds, line));
        }

        return 0;
    }

    public int CloseSerial(int index)
    {
        if (_serial.Remove(index, out var port))
        {
            port.Line.Dispose();
            port.Board.EndBesideTheProbe();
        }

        return 0;
    }

    public int Serial(int index, Action<VirtualSerialLine> act) => Serial(index, line =>
    {
        act(line);
        return 0;
    });

    /// <param name="patience">In nanoseconds.</param>
    /// <returns>How many bytes came; 0 where none did in that time.</returns>
    public int ReadSerial(int index, byte[] into, long patience) => Serial(index, line =>
    {
        var board = _serial[index].Board.Board;
        var count = line.Receive(into, TimeSpan.FromTicks(patience / 100));
        while (count > 0 && count < into.Length && board.NextLoaderEvent is var next && next <= board.VirtualClock.Nanoseconds + line.BitNanoseconds * LongestGap)
        {
            board.VirtualClock.Advance(Math.Max(next - board.VirtualClock.Nanoseconds, 0));
            count += line.Receive(into.AsSpan(count), TimeSpan.Zero);
        }

        return count;
    });

    private int Serial(int index, Func<VirtualSerialLine, int> act)
    {
        if (!_serial.TryGetValue(index, out var port))
        {
            return LibUsbError.NoDevice;
        }

        lock (port.Board.Gate)
        {
            if (!SleepsHere)
            {
                port.Board.LiveThroughSilence();
                Now = Math.Max(Now, port.Board.Board.VirtualClock.Nanoseconds + port.Offset);
            }

            CatchUp(port.Board, port.Offset);
            var result = act(port.Line);
            Now = port.Board.Board.VirtualClock.Nanoseconds + port.Offset;
            port.Board.BeginToFollow();
            return result;
        }
    }
}
