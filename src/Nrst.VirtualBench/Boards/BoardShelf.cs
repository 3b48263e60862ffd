namespace Nrst.VirtualBench.Boards;

/// <summary>Boards on offer to clients of other programs, over one protocol or several; each board has one client at a time.</summary>
/// <remarks>The boards' owner must leave them alone while a server runs.</remarks>
public sealed class BoardShelf
{
    private readonly Lock _gate = new();
    private readonly ExportedBoard[] _boards;
    private readonly bool[] _taken;
    private readonly bool[] _dfuTaken;
    private uint _lastConnection;

    public BoardShelf(IReadOnlyList<VirtualBoard> boards, ExportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(boards);
        options ??= new ExportOptions();
        Wall = options.Wall;
        var statistics = options.StatisticsFile is { } file ? new StatisticsFile(file) : null;
        _boards = [.. boards.Select(board => new ExportedBoard(board, options, statistics))];
        (_taken, _dfuTaken) = (new bool[_boards.Length], new bool[_boards.Length]);
    }

    internal TimeProvider Wall { get; }

    internal int Count => _boards.Length;

    internal ExportedBoard this[int index] => _boards[index];

    internal ProbeIdentity Identity(int index) => _boards[index].Board.Identity;

    internal bool IsTaken(int index)
    {
        lock (_gate)
        {
            return _taken[index];
        }
    }

    /// <returns>Null where another client has the board, or somebody put its cable aside.</returns>
    internal (uint Connection, ExportedBoard Board)? Take(int index)
    {
        lock (_gate)
        {
            if (_taken[index] || _boards[index].IsPutAside)
            {
                return null;
            }

            _taken[index] = true;
            _boards[index].Begin();
            return (++_lastConnection, _boards[index]);
        }
    }

    /// <summary>The chip's own USB connector, which somebody may use beside the probe.</summary>
    /// <returns>Null where another client has it.</returns>
    internal ExportedBoard? TakeDfu(int index)
    {
        lock (_gate)
        {
            if (_dfuTaken[index])
            {
                return null;
            }

            _dfuTaken[index] = true;
            _boards[index].BeginBesideTheProbe();
            return _boards[index];
        }
    }

    internal bool IsDfuTaken(int index)
    {
        lock (_gate)
        {
            return _dfuTaken[index];
        }
    }

    internal void ReturnDfu(ExportedBoard board)
    {
        lock (_gate)
        {
            try
            {
                board.EndBesideTheProbe();
            }
            finally
            {
                _dfuTaken[Array.IndexOf(_boards, board)] = false;
            }
        }
    }

    internal void Return(ExportedBoard board)
    {
        lock (_gate)
        {
            try
            {
                board.End();
            }
            finally
            {
                _taken[Array.IndexOf(_boards, board)] = false;
            }
        }
    }
}
