using System.Collections.Concurrent;

namespace Nrst;

/// <summary>
/// Owns an open target and the one thread that talks to it. Whoever hands in jobs takes turns without knowing of the others; a
/// job has the target to itself until it returns.
/// </summary>
/// <remarks>Below this line everything is synchronous; above it everything is a task.</remarks>
public sealed class ProbeSession<TTarget> : IAsyncDisposable
{
    private readonly BlockingCollection<Action> _jobs = [];
    private readonly TTarget _target;
    private readonly Task _thread;
    private ProbeException? _brokenBy;

    public ProbeSession(TTarget target)
    {
        _target = target;
        _thread = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Runs one job on the session's thread. After a conversation that lost step every job fails with its first cause.</summary>
    public Task<T> RunAsync<T>(Func<TTarget, T> job, CancellationToken cancel = default)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _jobs.Add(Run, CancellationToken.None);
        return done.Task;

        void Run()
        {
            if (cancel.IsCancellationRequested)
            {
                done.SetCanceled(cancel);
                return;
            }

            try
            {
                if (_brokenBy is { } first)
                {
                    throw new ProbeException("NRST1004", "This session is over; open the probe again.", first);
                }

                done.SetResult(job(_target));
            }
#pragma warning disable CA1031 // whatever it is, it belongs to the caller
            catch (Exception error)
#pragma warning restore CA1031
            {
                _brokenBy ??= error is ProbeException { LostSync: true } lost ? lost : null;
                done.SetException(error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        await _thread.ConfigureAwait(false);
        _jobs.Dispose();
        (_target as IDisposable)?.Dispose();
    }

    private void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            job();
        }
    }
}
