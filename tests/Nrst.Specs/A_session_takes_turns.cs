namespace Nrst.Specs;

/// <summary>Several callers, one target: each job runs alone, and a conversation that lost step stays lost.</summary>
public sealed class A_session_takes_turns
{
    [Fact]
    public async Task Jobs_run_one_after_the_other_on_one_thread()
    {
        await using var session = new ProbeSession<List<int>>([]);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => session.RunAsync(seen =>
        {
            seen.Add(Environment.CurrentManagedThreadId);
            return i;
        })));

        var threads = await session.RunAsync(seen => seen.ToArray());
        Assert.Equal(100, threads.Length);
        Assert.Single(threads.Distinct());
    }

    [Fact]
    public async Task After_the_conversation_lost_step_every_job_fails_with_the_first_cause()
    {
        await using var session = new ProbeSession<object>(new object());
        var first = new ProbeException("NRST1301", "The cable was pulled.") { LostSync = true };

        await Assert.ThrowsAsync<ProbeException>(() => session.RunAsync<int>(_ => throw first));

        var later = await Assert.ThrowsAsync<ProbeException>(() => session.RunAsync(_ => 1));
        Assert.Equal("NRST1004", later.Code);
        Assert.Same(first, later.InnerException);
    }

    [Fact]
    public async Task A_job_that_fails_for_its_own_reasons_leaves_the_session_whole()
    {
        await using var session = new ProbeSession<object>(new object());

        await Assert.ThrowsAsync<UsageException>(() => session.RunAsync<int>(_ => throw new UsageException("NRST0101", "No.")));

        Assert.Equal(1, await session.RunAsync(_ => 1));
    }
}
