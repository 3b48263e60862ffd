namespace Nrst.Flash.Loaders;

/// <summary>When the commands in the ring should be done, by the data sheet and by what has been seen. Saves asking.</summary>
internal sealed class LoaderTimeline
{
    private readonly List<TimeSpan> _finish = [];
    private readonly List<TimeSpan> _takes = [];
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.3);

    private TimeSpan _headSince;
    private TimeSpan _headDue;
    private int _done;

    public void Sent(TimeSpan now, OperationTime time)
    {
        var starts = _finish.Count > _done ? _finish[^1] : now;
        if (_finish.Count == _done)
        {
            _headSince = now;
            _headDue = now + time.Typical;
        }

        _takes.Add(time.Typical);
        _finish.Add(starts + time.Typical);
    }

    /// <summary>When command <paramref name="index"/> should be done.</summary>
    public TimeSpan FinishOf(int index) => _finish[index];

    /// <summary>How long the command at the head has been worked on, at least.</summary>
    public TimeSpan HeadFor(TimeSpan now) => now - _headSince;

    /// <summary>Takes in that <paramref name="done"/> commands were done at <paramref name="now"/>.</summary>
    public void Saw(TimeSpan now, int done)
    {
        var moved = done > _done;
        _done = done;
        if (moved)
        {
            _headSince = now;
        }

        if (done >= _finish.Count)
        {
            return;
        }

        // The head cannot have begun later than it was first seen at work. If it is overdue it takes longer, and the longer the
        // delay is already, the less often asking is worth while.
        var latest = now + _takes[done];
        if (moved)
        {
            _headDue = _finish[done] = _finish[done] < latest ? _finish[done] : latest;
        }

        if (_finish[done] <= now)
        {
            var overdue = now - _headDue;
            _finish[done] = now + (overdue / 2 > Shortest ? overdue / 2 : Shortest);
        }

        for (var i = done + 1; i < _finish.Count; i++)
        {
            _finish[i] = _finish[i - 1] + _takes[i];
        }
    }
}
