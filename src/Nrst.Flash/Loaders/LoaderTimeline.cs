namespace Nrst.Flash.Loaders;

/// <summary>When the commands in the ring should be done, by the data sheet and by what has been seen. Saves asking.</summary>
internal sealed class LoaderTimeline
{
    private readonly List<TimeSpan> _finish = [];
    private readonly List<TimeSpan> _takes = [];
    private TimeSpan _headSince;
    private int _done;

    public void Sent(TimeSpan now, OperationTime time)
    {
        var starts = _finish.Count > _done ? _finish[^1] : now;
        if (_finish.Count == _done)
        {
            _headSince = now;
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
        if (done > _done)
        {
            _headSince = now;
        }

        // The head cannot have begun later than it was seen at work. If it was due it takes longer, and the longer it has taken
        // the less often asking is worth while.
        var moved = done > _done;
        _done = done;
        if (done >= _finish.Count)
        {
            return;
        }

        var late = TimeSpan.FromTicks(Math.Max(TimeSpan.FromMilliseconds(0.3).Ticks, (now - _headSince).Ticks / 8));
        var head = _finish[done];
        head = moved && head > now + _takes[done] ? now + _takes[done] : head;
        head = head <= now ? now + late : head;
        for (var i = done; i < _finish.Count; i++)
        {
            _finish[i] = i == done ? head : _finish[i - 1] + _takes[i];
        }
    }
}
