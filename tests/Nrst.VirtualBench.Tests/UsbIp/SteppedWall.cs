namespace Nrst.VirtualBench.Tests.UsbIp;

/// <summary>A wall clock that moves when a test says so.</summary>
internal sealed class SteppedWall : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Alarm> _alarms = [];
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state), GetTimestamp() + dueTime.Ticks);
        lock (_gate)
        {
            _alarms.Add(alarm);
        }

        return alarm;
    }

    public void Step(TimeSpan time)
    {
        var now = Interlocked.Add(ref _now, time.Ticks);
        Alarm[] due;
        lock (_gate)
        {
            due = [.. _alarms.Where(alarm => alarm.At <= now)];
            _alarms.RemoveAll(alarm => alarm.At <= now);
        }

        foreach (var alarm in due)
        {
            alarm.Ring();
        }
    }

    /// <summary>Until somebody waits for this clock.</summary>
    public async Task WaitedAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_alarms.Count > 0)
                {
                    return;
                }
            }

            await Task.Yield();
        }
    }

    private sealed class Alarm(SteppedWall wall, Action ring, long at) : ITimer
    {
        public long At => at;

        public void Ring() => ring();

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose()
        {
            lock (wall._gate)
            {
                wall._alarms.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
