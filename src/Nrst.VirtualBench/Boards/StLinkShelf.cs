namespace Nrst.VirtualBench.Boards;

/// <summary>The boards of a server, and which of them a client holds.</summary>
internal sealed class StLinkShelf
{
    private readonly Lock _gate = new();
    private readonly ExportedBoard[] _boards;
    private readonly bool[] _taken;
    private uint _lastConnection;

    public StLinkShelf(IReadOnlyList<VirtualBoard> boards, ExportOptions options)
    {
        Wall = options.Wall;
        var statistics = options.StatisticsFile is { } file ? new StatisticsFile(file) : null;
        _boards = [.. boards.Select(board => new ExportedBoard(board, options, statistics))];
        _taken = new bool[_boards.Length];
    }

    public TimeProvider Wall { get; }

    public int Count => _boards.Length;

    public ProbeIdentity Identity(int index) => _boards[index].Board.Identity;

    public bool IsTaken(int index)
    {
        lock (_gate)
        {
            return _taken[index];
        }
    }

    /// <returns>Null where another client has the board.</returns>
    public (uint Connection, ExportedBoard Board)? Take(int index)
    {
        lock (_gate)
        {
            if (_taken[index])
            {
                return null;
            }

            _taken[index] = true;
            _boards[index].Begin();
            return (++_lastConnection, _boards[index]);
        }
    }

    public void Return(ExportedBoard board)
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
