namespace Nrst.Flash.Loaders;

/// <summary>When the commands in the ring should be done, by the data sheet and by what has been seen. Saves asking.</summary>
/// <remarks>
/// An erase takes what it takes. Programming takes the silicon's time and some of the loader's, and silicon differs: how much longer than reckoned
/// is learned from stretches of nothing but programming, between one look and a later one.
/// </remarks>
internal sealed class LoaderTimeline
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.3);

    private readonly List<TimeSpan> _finish = [];
    private readonly List<(TimeSpan Time, bool Programs, TimeSpan Sent)> _takes = [];

    private TimeSpan _headSince;
    private TimeSpan _headDue;
    private int _done;
    private double _scale = 1;
    private (TimeSpan Then, int Done)? _anchor;

    public void Sent(TimeSpan now, OperationTime time, bool programs)
    {
        _takes.Add((time.Typical, programs, now));
        var takes = Takes(_takes.Count - 1);
        var starts = _finish.Count > _done && _finish[^1] > now ? _finish[^1] : now;
        if (_finish.Count == _done)
        {
            _headSince = now;
            _headDue = now + takes;
            _anchor = null;
        }

        _finish.Add(starts + takes);
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

        Learn(now, done);

        // The head cannot have begun later than it was first seen at work, nor before it was there. If it is overdue it takes longer, and the longer the
        // delay is already, the less often asking is worth while.
        var latest = now + Takes(done);
        if (moved)
        {
            var earliest = _takes[done].Sent + Takes(done);
            var due = _finish[done] < latest ? _finish[done] : latest;
            _headDue = _finish[done] = due > earliest ? due : earliest;
        }

        if (_finish[done] <= now)
        {
            var overdue = now - _headDue;
            _finish[done] = now + (overdue / 2 > Shortest ? overdue / 2 : Shortest);
        }

        for (var i = done + 1; i < _finish.Count; i++)
        {
            _finish[i] = (_finish[i - 1] > _takes[i].Sent ? _finish[i - 1] : _takes[i].Sent) + Takes(i);
        }
    }

    private TimeSpan Takes(int index) => _takes[index].Programs ? _takes[index].Time * _scale : _takes[index].Time;

    /// <summary>
    /// Since the anchor at least the commands between its head and this one are done, and at most those two as well. What that says of the
    /// scale, the scale must agree with.
    /// </summary>
    private void Learn(TimeSpan now, int done)
    {
        if (!_takes[done].Programs)
        {
            _anchor = null;
            return;
        }

        if (_anchor is not { } anchor || _takes.Skip(anchor.Done).Take(done - anchor.Done).Any(one => !one.Programs))
        {
            _anchor = (now, done);
            return;
        }

        var least = _takes.Skip(anchor.Done + 1).Take(done - anchor.Done - 1).Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Time);
        var most = least + _takes[anchor.Done].Time + (done > anchor.Done ? _takes[done].Time : TimeSpan.Zero);
        var elapsed = now - anchor.Then;
        if (least > TimeSpan.Zero)
        {
            _scale = Math.Min(_scale, elapsed / least);
        }

        // A command that was still on the wire at the anchor may have kept the loader waiting; then the time was not all its own.
        if (_takes[done].Sent <= anchor.Then)
        {
            _scale = Math.Max(_scale, elapsed / most);
        }

        _scale = Math.Clamp(_scale, 0.5, 10);
    }
}
