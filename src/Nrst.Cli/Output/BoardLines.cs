using System.Text;

namespace Nrst.Cli.Output;

/// <summary>
/// What several boards tell at once: on a terminal a line each that changes where it stands, elsewhere a line for each finished phase with the
/// board's name before it.
/// </summary>
internal sealed class BoardLines(Screen screen, IReadOnlyList<string> names)
{
    private const string Waiting = "connect";

    /// <summary>"program    100 %" and the column that stays free.</summary>
    private const int RoomForState = 17;
    private const int ShortestName = 6;

    private readonly Lock _gate = new();
    private readonly string[] _now = [.. names.Select(_ => Waiting)];
    private readonly bool[] _ended = new bool[names.Count];
    private readonly int _column = names.Max(name => name.Length) + 2;
    private int _drawn;

    public Lane Of(int board) => new(this, board, screen);

    /// <summary>Takes the lines of the terminal away; what comes of each board is printed elsewhere.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            screen.Draw(Erase());
        }
    }

    private void Change(int board, string now, bool ended = false)
    {
        lock (_gate)
        {
            _ended[board] |= ended;
            if (now == _now[board])
            {
                return;
            }

            _now[board] = now;
            if (screen.Live)
            {
                screen.Draw(Erase() + Block());
            }
        }
    }

    private void Say(int board, string line)
    {
        lock (_gate)
        {
            screen.Draw(Erase());
            screen.Talk(names[board].PadRight(_column) + line);
            if (screen.Live)
            {
                screen.Draw(Block());
            }
        }
    }

    private string Erase()
    {
        var up = _drawn > 0 ? $"\r\e[{_drawn}A\e[J" : "";
        _drawn = 0;
        return up;
    }

    /// <summary>Where there are more boards than lines, those at work go first, and the last line counts the others.</summary>
    private string Block()
    {
        var room = Math.Max(Screen.Height - 1, 2);
        var order = Enumerable.Range(0, names.Count).ToList();
        if (order.Count > room)
        {
            order = [.. order.OrderBy(board => _ended[board]).Take(room - 1)];
        }

        var text = new StringBuilder();
        foreach (var board in order)
        {
            Row(text, NameToDraw(names[board]) + _now[board]);
        }

        if (order.Count < names.Count)
        {
            Row(text, $"and {names.Count - order.Count} more; {_ended.Count(ended => ended)} of {names.Count} have ended");
        }

        _drawn = Math.Min(names.Count, room);
        return text.ToString();
    }

    /// <summary>Where a terminal is narrow the name is shortened, and not what the board is at. Names of one kind differ at their ends.</summary>
    private string NameToDraw(string name)
    {
        var column = Math.Min(_column, Math.Max(screen.Columns - RoomForState, ShortestName + 2));
        return (name.Length + 2 <= column ? name : "…" + name[^(column - 3)..]).PadRight(column);
    }

    // A line that wraps would be two when it is taken away.
    private void Row(StringBuilder text, string row) => text.Append(row.Length < screen.Columns ? row : row[..(screen.Columns - 1)]).Append('\n');

    /// <summary>One board's part of it.</summary>
    internal sealed class Lane
    {
        private readonly BoardLines _lines;
        private readonly int _board;
        private readonly bool _live;
        private readonly List<string> _results = [];

        public Lane(BoardLines lines, int board, Screen screen)
        {
            (_lines, _board, _live) = (lines, board, screen.Live);
            Screen = screen.ForBoard(new LineWriter(_results.Add), new LineWriter(line => lines.Say(board, line)), lines._column);
        }

        public Screen Screen { get; }

        /// <summary>What the job has printed as its result.</summary>
        public IReadOnlyList<string> Results => _results;

        public void Listen(JobEvent happened)
        {
            switch (happened)
            {
                case JobEvent.PhaseStarted started:
                    _lines.Change(_board, ProgressLines.Name(started.Phase));
                    break;
                case JobEvent.Advanced { Total: > 0 } step:
                    _lines.Change(_board, $"{ProgressLines.Name(step.Phase),-10}{Math.Clamp(step.Done * 100 / step.Total, 0, 100),3} %");
                    break;
                case JobEvent.PhaseFinished done when !_live:
                    _lines.Say(_board, ProgressLines.Line(done));
                    break;
            }
        }

        public void End(string words)
        {
            _lines.Change(_board, words, ended: true);
            if (!_live)
            {
                _lines.Say(_board, words);
            }
        }
    }

    /// <summary>Hands on every line as a whole.</summary>
    private sealed class LineWriter(Action<string> line) : TextWriter
    {
        private readonly StringBuilder _begun = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            if (value == '\n')
            {
                line(_begun.ToString().TrimEnd('\r'));
                _begun.Clear();
            }
            else
            {
                _begun.Append(value);
            }
        }
    }
}
